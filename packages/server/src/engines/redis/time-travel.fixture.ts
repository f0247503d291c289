import { Redis } from "ioredis";

/** Moves every end nearer, as if the time had passed. Nodes that run are left alone: they would have said that they are alive. */
const PASS = `
local ms = tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  if not string.find(key, ':nodes$') then
    if string.find(key, ':presence-ends:', 1, true) then
      for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, member) end
    elseif string.find(key, ':presence:', 1, true) then
      local fields = redis.call('HGETALL', key)
      for at = 1, #fields, 2 do
        local untilThen = struct.unpack('>I8', fields[at + 1])
        redis.call('HSET', key, fields[at], struct.pack('>I8', untilThen - ms) .. string.sub(fields[at + 1], 9))
      end
    end
    if string.find(key, ':revocations:', 1, true) then
      local fields = redis.call('HGETALL', key)
      for at = 1, #fields, 2 do
        local last, before = string.match(fields[at + 1], '^(%d+):(%d+)$')
        if tonumber(last) < 9e15 then
          redis.call('HSET', key, fields[at], string.format('%.0f:', tonumber(last) - ms) .. before)
        end
      end
    elseif string.find(key, ':revocation-ends:', 1, true) then
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', '(9e15')) do
        redis.call('ZINCRBY', key, -ms, member)
      end
    end
    local left = redis.call('PTTL', key)
    if left >= 0 then
      if left > ms then redis.call('PEXPIRE', key, left - ms) else redis.call('DEL', key) end
    end
  end
end
return 1`;

export interface TimeTravel {
  advance(prefix: string, ms: number): Promise<void>;
  close(): void;
}

export function createTimeTravel(at: { readonly host: string; readonly port: number }): TimeTravel {
  const redis = new Redis({ ...at });
  return {
    async advance(prefix, ms) {
      await redis.eval(PASS, 0, prefix, ms);
    },
    close: () => redis.disconnect(),
  };
}
