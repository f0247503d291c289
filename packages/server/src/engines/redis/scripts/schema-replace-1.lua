-- Puts a schema where a known one is; '' stands for none.
-- KEYS   schemas
-- ARGV   1 name  2 what is known to be there  3 what comes there  4 most of a tenant
-- Result 0 something else is there, 1 done, 2 the tenant has too many
local found = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if found ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
elseif found == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 2
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
