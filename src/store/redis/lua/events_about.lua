-- Reads the events about one document, oldest first. commit.lua says how their positions are kept.
--
-- KEYS[1] the log    KEYS[2] positions by what an event is about
-- ARGV[1] about    ARGV[2] after this position    ARGV[3] how many at most
local after, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local last = redis.call('HGET', KEYS[2], ARGV[1])
if not last then
    return {}
end
local pages = struct.unpack('>I4', last)

-- Full pages are numbered 0 to pages - 1, what stands in `last` comes after them.
local function page(number)
    if number == pages then
        return string.sub(last, 5)
    end
    return redis.call('HGET', KEYS[2], ARGV[1] .. '\0' .. string.format('%.0f', number))
end

-- The first page whose last position comes after `after`.
local low, high = 0, pages
while low < high do
    local middle = math.floor((low + high) / 2)
    if struct.unpack('>I6', string.sub(page(middle), -6)) > after then
        high = middle
    else
        low = middle + 1
    end
end

local events = {}
for number = low, pages do
    local positions = page(number)
    for at = 1, #positions, 6 do
        local position = struct.unpack('>I6', positions, at)
        if position > after then
            local id = string.format('%.0f-0', position)
            events[#events + 1] = redis.call('XRANGE', KEYS[1], id, id)[1]
            if #events == limit then
                return events
            end
        end
    end
end
return events
