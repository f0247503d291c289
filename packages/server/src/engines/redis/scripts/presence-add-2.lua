-- Adds a client to a channel's presence, or prolongs it, and sweeps out some whose time is over.
-- KEYS   presence, ends
-- ARGV   1 client  2 entry  3 ms
-- Result 1
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 16)
if #ended > 0 then
  redis.call('HDEL', KEYS[1], unpack(ended))
  redis.call('ZREM', KEYS[2], unpack(ended))
end
local ms = tonumber(ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], struct.pack('>I8', now + ms) .. ARGV[2])
redis.call('ZADD', KEYS[2], now + ms, ARGV[1])
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ms then
    redis.call('PEXPIRE', key, ms)
  end
end
return 1
