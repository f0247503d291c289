-- The epoch of a stream, which begins a new life where the old one cannot be continued: its offset is gone, or another
-- process of Redis wrote last, which may have lost the end that subscribers have seen.
local function life(stream, meta, fresh, generation)
  if generation == '' then
    generation = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  end
  local known = redis.call('HMGET', meta, 'e', 'g')
  if known[1] and known[2] == generation then
    return known[1]
  end
  if known[1] then
    redis.call('HSET', meta, 'e', fresh, 'g', generation)
  else
    redis.call('DEL', stream)
    redis.call('HSET', meta, 's', 0, 'e', fresh, 'g', generation)
  end
  return fresh
end
