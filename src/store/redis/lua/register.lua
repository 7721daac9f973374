-- Notes that a partition is about to be made ('making') or was made ('made'); says what was known of it before. The list
-- is how a sweep finds every partition, and how one that has vanished is told from a new one.
--
-- KEYS[1] the installation's head    KEYS[2] the partitions of the store: name -> 'making' or 'made'
-- ARGV[1] the store's mark    ARGV[2] the partition    ARGV[3] 'making' or 'made'
if redis.call('HGET', KEYS[1], 'store') ~= ARGV[1] then
    return 'other-store'
end
local known = redis.call('HGET', KEYS[2], ARGV[2]) or 'unknown'
if known ~= 'made' and known ~= ARGV[3] then
    redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
return known
