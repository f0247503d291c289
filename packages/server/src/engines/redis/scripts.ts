// Made of scripts/*.lua by scripts/embed.fixture.ts: change those, then run it.
import { createScript, type Script } from "./script.ts";

export const nodes: Script = createScript(
  "nodes-1.lua",
  `-- Says that a node is alive, and tells which ones are.
-- KEYS   nodes
-- ARGV   1 node  2 ms that this counts
-- Result all nodes that are alive
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`,
);

export const presenceAdd: Script = createScript(
  "presence-add-2.lua",
  `-- Adds a client to a channel's presence, or prolongs it, and sweeps out some whose time is over.
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
`,
);

export const publish: Script = createScript(
  "publish-3.lua",
  `-- Adds a publication to a stream and sends it.
-- KEYS   stream, meta, once (the meta again without idempotency key)
-- ARGV   1 publication  2 size  3 ms that publications stay  4 ms that the meta stays  5 epoch of a new life
--        6 generation, '' to find it here  7 PUBLISH or SPUBLISH  8 channel  9 version or ''  10 its epoch
--        11 ms that the result stays, 0 for none
-- Result {offset, epoch, 1 when nothing was published}
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
`,
);

export const publishOnce: Script = createScript(
  "publish-once-1.lua",
  `-- Sends a publication without a stream, unless its idempotency key is known.
-- KEYS   once
-- ARGV   1 publication  2 ms that the key is known  3 PUBLISH or SPUBLISH  4 channel
-- Result 1 when it was sent
if not redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[2]) then
  return 0
end
redis.call(ARGV[3], ARGV[4], ARGV[1])
return 1
`,
);

export const revocationAdd: Script = createScript(
  "revocation-add-2.lua",
  `-- Keeps a revocation; never weakens one that is there. Sweeps out what has ended.
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
`,
);

export const revocationFind: Script = createScript(
  "revocation-find-1.lua",
  `-- Which of some revocations there are and have not ended.
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
`,
);

export const schemaReplace: Script = createScript(
  "schema-replace-1.lua",
  `-- Puts a schema where a known one is; '' stands for none.
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
`,
);

export const top: Script = createScript(
  "top-2.lua",
  `-- The top of a stream, which begins where there is none, and stays for a while longer.
-- KEYS   stream, meta
-- ARGV   1 ms that the meta stays at least  2 epoch of a new life  3 generation, '' to find it here
-- Result {offset, epoch}
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
local epoch = life(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return {redis.call('HGET', KEYS[2], 's'), epoch}
`,
);

export const tops: Script = createScript(
  "tops-n.lua",
  `-- The tops of many streams, as they are.
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
`,
);
