-- Keeps a revocation; never weakens one that is there. Sweeps out what has ended.
-- KEYS   revocations, ends
-- ARGV   1 name  2 its end in ms since the Unix epoch  3 tokens from before this, 0 without meaning  4 most of a tenant
--        5 an end that never comes
-- Result 1, or 0 where the tenant has too many
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
repeat
  local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)
  if #ended > 0 then
    redis.call('HDEL', KEYS[1], unpack(ended))
    redis.call('ZREM', KEYS[2], unpack(ended))
  end
until #ended == 0

local last, before = tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local knownLast, knownBefore = string.match(known, '^(%d+):(%d+)$')
  last = math.max(last, tonumber(knownLast))
  before = math.max(before, tonumber(knownBefore))
elseif redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:%.0f', last, before))
redis.call('ZADD', KEYS[2], last, ARGV[1])

local latest = tonumber(redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2])
for _, key in ipairs(KEYS) do
  if latest >= tonumber(ARGV[5]) then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIREAT', key, string.format('%.0f', latest))
  end
end
return 1
