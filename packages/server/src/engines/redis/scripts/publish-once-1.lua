-- Sends a publication without a stream, unless its idempotency key is known.
-- KEYS   once
-- ARGV   1 publication  2 ms that the key is known  3 PUBLISH or SPUBLISH  4 channel
-- Result 1 when it was sent
if not redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[2]) then
  return 0
end
redis.call(ARGV[3], ARGV[4], ARGV[1])
return 1
