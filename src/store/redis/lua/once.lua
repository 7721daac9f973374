-- Stands before every script that writes. A call that comes again, since its first answer was lost, gets that answer
-- and changes nothing; so does a first call that arrives after its repetition.
--
-- KEYS[1] the outcome of this call    ARGV[1] how long it is kept, in milliseconds
-- KEYS[2] the partition's head        ARGV[2] '1' where this call may have been made before
--                                     ARGV[3] '1' where a partition that is not there is to be made
local earlier = redis.call('GET', KEYS[1])
if earlier then
    -- A write, so that waiting for replicas waits for what the first call wrote as well.
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    return earlier
end

if redis.call('EXISTS', KEYS[2]) == 0 then
    if ARGV[3] ~= '1' then
        return 'no-partition'
    end
    redis.call('HSET', KEYS[2], 'format', '1', 'version', '0', 'position', '0')
end

local function changed(outcome)
    redis.call('SET', KEYS[1], outcome, 'PX', ARGV[1])
    return outcome
end

local function unchanged(outcome)
    if ARGV[2] == '1' then
        return changed(outcome)
    end
    return outcome
end

-- Lua writes large numbers with an exponent unless told otherwise.
local function whole(number)
    return string.format('%.0f', number)
end
