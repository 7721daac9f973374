-- Writes what a commit would write first.
--
-- KEYS[1] the installation's head
-- ARGV[1] the store's mark    ARGV[2] the time, which nobody reads
if redis.call('HGET', KEYS[1], 'store') ~= ARGV[1] then
    return 'other-store'
end
redis.call('HSET', KEYS[1], 'probed', ARGV[2])
return 'done'
