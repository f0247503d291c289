/** `node examples/sales/start.mjs`: the hub, the shop and its administration, with customers who buy. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUN, giveUp, NODE, ROOT, run, seconds } from "../../scripts/setup/command.mjs";
import { findFreePort } from "../../scripts/setup/free-port.mjs";
import { ensureInstalled } from "../../scripts/setup/install.mjs";

const HERE = import.meta.dirname;
/** Git ignores it. */
const DATA = join(HERE, ".data");

const { values } = parseArgs({ options: { quiet: { type: "boolean", default: false } } });
try {
  await ensureInstalled();
  await start();
} catch (error) {
  giveUp(error);
}

async function start() {
  const webPort = await findFreePort(3000);
  const hubPort = await findFreePort(Math.max(3001, webPort + 1));
  await buildPages(`localhost:${hubPort}`);
  mkdirSync(DATA, { recursive: true });
  const { code } = await run(BUN, [join(HERE, "src/main.ts")], {
    echo: true,
    env: {
      HTTP_PORT: String(hubPort),
      WEB_PORT: String(webPort),
      ALLOWED_ORIGINS: `http://localhost:${webPort}`,
      DATABASE_PATH: join(DATA, "sales.sqlite"),
      LOCAL_ACCOUNTS: join(DATA, "accounts.pem"),
      DEMO_CUSTOMERS: String(!values.quiet),
    },
  });
  throw new Error(`The shop has ended with code ${code}.`);
}

/** Each time: the address of the hub is written into them. */
async function buildPages(hub) {
  const args = [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"];
  const { code, output, ms } = await run(NODE, args, { cwd: join(HERE, "web"), env: { NEXT_PUBLIC_WS_URL: hub } });
  if (code !== 0) throw new Error(`The pages do not build:\n${output}`);
  console.log(`Built the pages in ${seconds(ms)}.`);
}
