import { after, before } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { schemaStoreContract } from "../schema-store.contract.ts";
import { createRedisLink, createRedisSchemaStore } from "./index.ts";
import type { Link } from "./link.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";

let server: RedisServer;

before(async () => {
  server = await startRedisServer();
});
after(() => server.stop());

schemaStoreContract("redis", {
  async cluster({ limit }) {
    const prefix = randomIds.letters(12);
    const links: Link[] = [];
    return {
      async node() {
        const { host, port } = server;
        const link = createRedisLink(
          { servers: [{ host, port }] },
          { clock: systemClock, ids: randomIds, log: silentLog },
        );
        links.push(link);
        await link.open({ message() {}, interrupted() {} });
        return createRedisSchemaStore({ link, prefix, limit });
      },
      async close() {
        for (const link of links) await link.close();
      },
    };
  },
});
