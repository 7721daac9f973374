-- Puts an entry where none, or an expired one, stands.
--
-- KEYS[3] entries    KEYS[4] their ends
-- ARGV[4] key    ARGV[5] now    ARGV[6] its end    ARGV[7] bytes
local ends = redis.call('ZSCORE', KEYS[4], ARGV[4])
if ends and tonumber(ends) > tonumber(ARGV[5]) then
    return unchanged('stands')
end
redis.call('HSET', KEYS[3], ARGV[4], ARGV[7])
redis.call('ZADD', KEYS[4], ARGV[6], ARGV[4])
return changed('done')
