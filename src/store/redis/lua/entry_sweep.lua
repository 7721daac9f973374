-- Removes entries that have expired; says how many. What it says of a repeated call is not exact, and need not be.
--
-- KEYS[1] entries    KEYS[2] their ends
-- ARGV[1] now    ARGV[2] how many at most
local expired = redis.call('ZRANGE', KEYS[2], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, key in ipairs(expired) do
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
end
return #expired
