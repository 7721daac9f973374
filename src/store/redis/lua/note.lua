-- Notes that the event at a position is about something. Positions are kept in pages, as commit.lua explains.
local PAGE = 512

local function note(pages, about, position)
    local packed = struct.pack('>I6', position)
    local stands = redis.call('HGET', pages, about)
    if not stands then
        stands = struct.pack('>I4', 0)
    elseif #stands >= 4 + 6 * PAGE then
        local full = struct.unpack('>I4', stands)
        redis.call('HSET', pages, about .. '\0' .. string.format('%.0f', full), string.sub(stands, 5))
        stands = struct.pack('>I4', full + 1)
    end
    redis.call('HSET', pages, about, stands .. packed)
end
