-- Which of some revocations there are and have not ended.
-- KEYS   revocations
-- ARGV   the names
-- Result for each from before which time it means tokens; nil where there is none
local known = redis.call('HMGET', KEYS[1], unpack(ARGV))
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for index, value in ipairs(known) do
  if value then
    local last, before = string.match(value, '^(%d+):(%d+)$')
    known[index] = tonumber(last) > now and before
  end
end
return known
