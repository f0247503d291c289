import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type RedisServer,
  startRedisServer,
} from "../../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import { type Program, runNode } from "../../../program.fixture.ts";
import { type Balancer, openBalancer } from "./balancer.fixture.ts";

/** The folder of this example. */
export const SALES: string = fileURLToPath(new URL("../../", import.meta.url));

/** One process of the back end. */
export interface Instance {
  readonly hubPort: number;
  readonly webPort: number;
  /** SIGKILL: nobody is told. */
  kill(): Promise<void>;
}

/** The pages at one address, the hub at another; behind both any number of instances, with Redis between them. */
export interface Shop {
  readonly url: string;
  readonly hub: Balancer;
  startInstance(): Promise<Instance>;
  /** Who answers from now on. */
  route(...instances: readonly Instance[]): void;
  stop(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), "sales-shop-"));
  const [web, hub, redis] = await Promise.all([openBalancer(), openBalancer(), startRedisServer()]);
  const pages = join(folder, "pages");
  await buildPages(pages, `localhost:${hub.port}`);
  const programs = new Set<Program>();
  const url = `http://localhost:${web.port}`;
  const env = {
    ...toEnvironment(redis),
    ALLOWED_ORIGINS: url,
    PAGES_PATH: pages,
    DATABASE_PATH: join(folder, "sales.sqlite"),
    LOCAL_ACCOUNTS: join(folder, "accounts.pem"),
  };
  return {
    url,
    hub,
    async startInstance() {
      const program = runNode(["src/main.ts"], { cwd: SALES, env });
      programs.add(program);
      const [, hubPort] = await program.says(/connect to ws:\/\/.*:(\d+)\/ws/);
      const [, webPort] = await program.says(/shop is live: {2}http:\/\/.*:(\d+)/);
      return { hubPort: Number(hubPort), webPort: Number(webPort), kill: () => program.end() };
    },
    route(...instances) {
      hub.route(...instances.map(({ hubPort }) => hubPort));
      web.route(...instances.map(({ webPort }) => webPort));
    },
    async stop() {
      await Promise.all([...programs].map((program) => program.end()));
      await Promise.all([web.close(), hub.close(), redis.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

const buildPages = (outDir: string, hub: string): Promise<void> =>
  runNode(
    [
      join(SALES, "../../node_modules/vite/bin/vite.js"),
      "build",
      "web",
      "--config",
      "web/vite.config.ts",
      "--outDir",
      outDir,
    ],
    { cwd: SALES, env: { NEXT_PUBLIC_WS_URL: hub } },
  ).done();

const toEnvironment = ({ host, port }: RedisServer): Record<string, string> => ({
  HTTP_PORT: "0",
  WEB_PORT: "0",
  ENABLE_REDIS: "true",
  REDIS_HOST: host,
  REDIS_PORT: String(port),
});
