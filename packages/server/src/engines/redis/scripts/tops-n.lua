-- The tops of many streams, as they are.
-- KEYS   the meta of each
-- ARGV   1 generation, '' to find it here
-- Result for each its offset and its epoch; nil and nil where there is none that can be continued
local generation = ARGV[1]
if generation == '' then
  generation = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end
local tops = {}
for index, meta in ipairs(KEYS) do
  local known = redis.call('HMGET', meta, 's', 'e', 'g')
  local continues = known[3] == generation
  tops[2 * index - 1] = continues and known[1]
  tops[2 * index] = continues and known[2]
end
return tops
