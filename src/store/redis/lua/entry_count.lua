-- Adds to a counter; an absent or expired one starts at 0 with an end of its own.
--
-- KEYS[3] entries    KEYS[4] their ends
-- ARGV[4] key    ARGV[5] now    ARGV[6] the end of a new one    ARGV[7] what to add
local ends = redis.call('ZSCORE', KEYS[4], ARGV[4])
if not ends or tonumber(ends) <= tonumber(ARGV[5]) then
    redis.call('HSET', KEYS[3], ARGV[4], ARGV[7])
    redis.call('ZADD', KEYS[4], ARGV[6], ARGV[4])
    return changed('done ' .. ARGV[7])
end
-- Lua's own numbers are exact to 53 bits only.
local sum = redis.pcall('HINCRBY', KEYS[3], ARGV[4], ARGV[7])
if type(sum) == 'table' and sum.err then
    if string.find(sum.err, 'overflow', 1, true) then
        return unchanged('overflow ' .. redis.call('HGET', KEYS[3], ARGV[4]))
    elseif string.find(sum.err, 'not an integer', 1, true) then
        return unchanged('no-counter')
    end
    return sum
end
return changed('done ' .. redis.call('HGET', KEYS[3], ARGV[4]))
