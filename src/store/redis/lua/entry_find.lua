-- Reads an entry that has not expired.
--
-- KEYS[1] entries    KEYS[2] their ends
-- ARGV[1] key    ARGV[2] now
local ends = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not ends or tonumber(ends) <= tonumber(ARGV[2]) then
    return false
end
return redis.call('HGET', KEYS[1], ARGV[1])
