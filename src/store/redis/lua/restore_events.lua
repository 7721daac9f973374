-- Appends events of another store at the positions that they had there. Those that stand already are passed over.
--
-- KEYS[1] the log
-- ARGV: position, packed bytes, and so on, in the order of the positions
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local last = newest and tonumber(string.match(newest[1], '^%d+')) or 0
for at = 1, #ARGV, 2 do
    if tonumber(ARGV[at]) > last then
        redis.call('XADD', KEYS[1], ARGV[at] .. '-0', 'e', ARGV[at + 1])
    end
end
return 'done'
