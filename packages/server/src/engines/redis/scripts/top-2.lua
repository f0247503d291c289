-- The top of a stream, which begins where there is none, and stays for a while longer.
-- KEYS   stream, meta
-- ARGV   1 ms that the meta stays at least  2 epoch of a new life  3 generation, '' to find it here
-- Result {offset, epoch}
-- Include life.lua
local epoch = life(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return {redis.call('HGET', KEYS[2], 's'), epoch}
