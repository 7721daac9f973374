-- Applies a commit, or says which guard did not hold.
--
-- KEYS[3] documents: key -> version (7 bytes, big-endian), packed bytes
-- KEYS[4] entries: key -> bytes          KEYS[5] their ends: key -> milliseconds
-- KEYS[6] the log: a stream with the position as its first number
-- KEYS[7] positions by what an event is about: key -> number of full pages (4 bytes), positions (6 bytes each);
--         key, NUL, number of a page -> the positions of that full page
-- KEYS[8...] indexes: members are order, NUL, packed document key
--
-- ARGV[4] '1' where nothing is put or appended, so that a commit that makes room is taken when there is none
-- ARGV[5...] seven lists, each its length and then its items:
--   guards (key, version or '' for absence), events (what about or '', packed bytes), deletes (key),
--   puts (key, packed bytes), index deletes (number of the index, order), index puts (number of the index, order,
--   packed document key), entries (key, end or '' for a deletion, bytes)
local at = 4
local function take()
    at = at + 1
    return ARGV[at]
end

local head = redis.call('HMGET', KEYS[2], 'version', 'position')
-- Newer than every version before; and, since clocks go on while a master fails, newer than those that died with it.
local time = redis.call('TIME')
local version = math.max(tonumber(head[1]) + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))
local position = tonumber(head[2])

for number = 1, tonumber(take()) do
    local key, wanted = take(), take()
    local holds
    if wanted == '' then
        holds = redis.call('HEXISTS', KEYS[3], key) == 0
    else
        local stands = redis.call('HGET', KEYS[3], key)
        holds = stands and string.sub(stands, 1, 7) == wanted
    end
    if not holds then
        return unchanged('conflict ' .. number)
    end
end

-- The log comes first: it is what Redis itself could refuse, and then nothing has been written yet.
for _ = 1, tonumber(take()) do
    local about, bytes = take(), take()
    position = position + 1
    redis.call('XADD', KEYS[6], whole(position) .. '-0', 'e', bytes)
    if about ~= '' then
        note(KEYS[7], about, position)
    end
end

local function write_head()
    redis.call('HSET', KEYS[2], 'version', whole(version), 'position', whole(position))
end

-- A full Redis refuses a script at its first write that needs room, and at no later one.
if ARGV[4] ~= '1' then
    write_head()
end

for _ = 1, tonumber(take()) do
    redis.call('HDEL', KEYS[3], take())
end

local stamp = struct.pack('>I7', version)
for _ = 1, tonumber(take()) do
    local key = take()
    redis.call('HSET', KEYS[3], key, stamp .. take())
end

-- Where an order stands, whichever document it leads to: no order holds a byte below 0x20.
local function place(order)
    return '[' .. order .. '\0', '(' .. order .. '\1'
end

for _ = 1, tonumber(take()) do
    local index = KEYS[7 + tonumber(take())]
    redis.call('ZREMRANGEBYLEX', index, place(take()))
end

for _ = 1, tonumber(take()) do
    local index, order = KEYS[7 + tonumber(take())], take()
    local member = order .. '\0' .. take()
    local first, last = place(order)
    local stands = redis.call('ZRANGE', index, first, last, 'BYLEX')[1]
    if stands ~= member then
        if stands then
            redis.call('ZREM', index, stands)
        end
        redis.call('ZADD', index, 0, member)
        if redis.call('ZCARD', index) == 1 then
            -- An index is found by its name where the whole store is read.
            redis.call('HSET', KEYS[2], string.match(index, '}:(index:.*)$'), '')
        end
    end
end

for _ = 1, tonumber(take()) do
    local key, ends, bytes = take(), take(), take()
    if ends == '' then
        redis.call('HDEL', KEYS[4], key)
        redis.call('ZREM', KEYS[5], key)
    else
        redis.call('HSET', KEYS[4], key, bytes)
        redis.call('ZADD', KEYS[5], ends, key)
    end
end

if ARGV[4] == '1' then
    write_head()
end
return changed('done ' .. whole(version) .. ' ' .. whole(position))
