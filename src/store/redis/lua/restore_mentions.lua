-- Notes what events of another store are about. What is noted already is passed over.
--
-- KEYS[1] positions by what an event is about, as commit.lua explains
-- ARGV: about, position, and so on, for each `about` in the order of the positions
local function last_of(about)
    local stands = redis.call('HGET', KEYS[1], about)
    if not stands then
        return 0
    end
    return (struct.unpack('>I6', string.sub(stands, -6)))
end

for at = 1, #ARGV, 2 do
    if tonumber(ARGV[at + 1]) > last_of(ARGV[at]) then
        note(KEYS[1], ARGV[at], tonumber(ARGV[at + 1]))
    end
end
return 'done'
