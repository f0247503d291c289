import { after, before } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { engineContract } from "../engine.contract.ts";
import { createRedisEngine, createRedisLink } from "./index.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";
import { createTimeTravel, type TimeTravel } from "./time-travel.fixture.ts";

let server: RedisServer;
let time: TimeTravel;

before(async () => {
  server = await startRedisServer();
  time = createTimeTravel(server);
});
after(async () => {
  time.close();
  await server.stop();
});

engineContract("redis, single", {
  async cluster() {
    const prefix = randomIds.letters(12);
    const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };
    return {
      engine() {
        const { host, port } = server;
        const link = createRedisLink({ servers: [{ host, port }] }, surroundings);
        return createRedisEngine({ link, prefix, ...surroundings });
      },
      advance: (ms) => time.advance(prefix, ms),
      interrupt: async () => {
        await server.call("CLIENT", "KILL", "TYPE", "pubsub");
      },
      close: async () => {},
    };
  },
});
