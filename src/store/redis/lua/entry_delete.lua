-- Deletes an entry that has not expired and still has the expected bytes.
--
-- KEYS[3] entries    KEYS[4] their ends
-- ARGV[4] key    ARGV[5] now    ARGV[6] expected bytes
local ends = redis.call('ZSCORE', KEYS[4], ARGV[4])
if not ends or tonumber(ends) <= tonumber(ARGV[5]) then
    return unchanged('absent')
end
if redis.call('HGET', KEYS[3], ARGV[4]) ~= ARGV[6] then
    return unchanged('absent')
end
redis.call('HDEL', KEYS[3], ARGV[4])
redis.call('ZREM', KEYS[4], ARGV[4])
return changed('done')
