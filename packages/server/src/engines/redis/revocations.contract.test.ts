import { after, before } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { revocationsContract } from "../revocations.contract.ts";
import { createRedisLink, createRedisRevocations } from "./index.ts";
import type { Link } from "./link.ts";
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

revocationsContract("redis", {
  async cluster({ limit }) {
    const prefix = randomIds.letters(12);
    const links: Link[] = [];
    /** How far time was moved: Redis itself stays where it is, and everything in it comes nearer. */
    let ahead = 0;
    return {
      async node() {
        const { host, port } = server;
        const link = createRedisLink(
          { servers: [{ host, port }] },
          { clock: systemClock, ids: randomIds, log: silentLog },
        );
        links.push(link);
        await link.open({ message() {}, interrupted() {} });
        const revocations = createRedisRevocations({ link, prefix, limit });
        return {
          ...revocations,
          add: (tenant, revocation, expireAt) =>
            revocations.add(tenant, revocation, expireAt === 0 ? 0 : expireAt - ahead / 1000),
        };
      },
      now: () => systemClock.now() + ahead,
      async advance(ms) {
        ahead += ms;
        await time.advance(prefix, ms);
      },
      async close() {
        for (const link of links) await link.close();
      },
    };
  },
});
