-- Makes the installation's partition where there is none and one may be made; says which store this is.
--
-- KEYS[1] the installation's head
-- ARGV[1] the mark of a new store, or '' where none is to be made    ARGV[2] its format
if redis.call('EXISTS', KEYS[1]) == 0 then
    if ARGV[1] == '' then
        return {}
    end
    redis.call('HSET', KEYS[1], 'format', ARGV[2], 'version', '0', 'position', '0', 'store', ARGV[1])
end
return redis.call('HMGET', KEYS[1], 'store', 'format')
