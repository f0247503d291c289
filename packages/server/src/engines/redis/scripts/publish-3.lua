-- Adds a publication to a stream and sends it.
-- KEYS   stream, meta, once (the meta again without idempotency key)
-- ARGV   1 publication  2 size  3 ms that publications stay  4 ms that the meta stays  5 epoch of a new life
--        6 generation, '' to find it here  7 PUBLISH or SPUBLISH  8 channel  9 version or ''  10 its epoch
--        11 ms that the result stays, 0 for none
-- Result {offset, epoch, 1 when nothing was published}
-- Include life.lua
local keep = tonumber(ARGV[11])
if keep > 0 then
  local earlier = redis.call('GET', KEYS[3])
  if earlier then
    local offset, epoch = string.match(earlier, '^(%d+):(.*)$')
    return {offset, epoch, 1}
  end
end

local epoch = life(KEYS[1], KEYS[2], ARGV[5], ARGV[6])
local function done(offset, suppressed)
  local digits = string.format('%.0f', offset)
  if keep > 0 then
    redis.call('SET', KEYS[3], digits .. ':' .. epoch, 'PX', keep)
  end
  return {digits, epoch, suppressed}
end

if ARGV[9] ~= '' then
  local current = redis.call('HMGET', KEYS[2], 'v', 'w', 's')
  if current[1] and current[2] == ARGV[10] and tonumber(current[1]) >= tonumber(ARGV[9]) then
    return done(tonumber(current[3]), 1)
  end
  redis.call('HSET', KEYS[2], 'v', ARGV[9], 'w', ARGV[10])
end

local offset = redis.call('HINCRBY', KEYS[2], 's', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[2], offset, 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
-- The envelope of a publication with its place: envelope.ts reads it.
local place = string.char(0x15) .. struct.pack('>I8', offset) .. string.char(#epoch) .. epoch
redis.call(ARGV[7], ARGV[8], place .. ARGV[1])
return done(offset, 0)
