/**
 * `node examples/nuxt-deployments/start.mjs`: a hub with one tenant, and the tenant's portal with a busy day in it.
 * `--build` only builds; `--types` only checks types.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BUN, giveUp, NODE, ROOT, run, seconds } from "../../scripts/setup/command.mjs";
import { findFreePort } from "../../scripts/setup/free-port.mjs";
import { ensureInstalled } from "../../scripts/setup/install.mjs";
import { ensurePackages } from "../../scripts/setup/packages.mjs";
import { newest } from "../../scripts/setup/portal.mjs";

const HERE = import.meta.dirname;
const SOURCES = ["app", "server", "shared", "nuxt.config.ts", "package.json"].map((name) => join(HERE, name));
const PACKAGES = ["events", "backend", "client", "vue", "nuxt"];
const APP = join(HERE, ".output/server/index.mjs");
const TENANT = "12345";
const READY_MS = 20_000;

const { values } = parseArgs({ options: { build: { type: "boolean" }, types: { type: "boolean" } } });
try {
  await ensureInstalled();
  await ensurePackages(PACKAGES);
  if (values.types) await checkTypes();
  else await ensureApp();
  if (!values.build && !values.types) await start();
} catch (error) {
  giveUp(error);
}

async function ensureApp() {
  const parts = [...SOURCES, ...PACKAGES.map((name) => join(ROOT, "packages", name, "dist"))];
  if (existsSync(APP) && newest(APP) >= Math.max(...parts.map(newest))) return;
  console.log("Building the portal …");
  await tool(".bin/nuxt", "build");
}

/** Nuxt writes down the types of what it imports by itself; without them nothing is known. */
async function checkTypes() {
  await tool(".bin/nuxt", "prepare");
  await tool(".bin/vue-tsc", "-b", "--noEmit");
}

async function tool(program, ...args) {
  const env = { NO_COLOR: "1", NUXT_TELEMETRY_DISABLED: "1" };
  const { code, output, ms } = await run(NODE, [join(ROOT, "node_modules", program), ...args], { cwd: HERE, env });
  if (code !== 0) throw new Error(`${[program, ...args].join(" ")} failed:\n${output}`);
  console.log(`${[program, ...args].join(" ")}  (${seconds(ms)})`);
}

async function start() {
  const [hubPort, appPort] = [await findFreePort(8000), await findFreePort(3000)];
  const hub = `http://localhost:${hubPort}`;
  const app = `http://localhost:${appPort}`;
  const [tokenSecret, apiKey, sessionPassword] = [secret(), secret(), secret()];
  const config = writeHubConfig({
    http_server: { port: hubPort },
    health: { enabled: true },
    client: { allowed_origins: [app] },
    tenants: [{ id: TENANT, token: { hmac_secret_key: tokenSecret }, api_keys: [apiKey] }],
  });
  keepRunning("The hub", [BUN, join(ROOT, "packages/server/src/main.ts"), "serve", "--config", config]);
  await untilAnswers(`${hub}/health`);
  keepRunning("The portal", [NODE, APP], {
    PORT: String(appPort),
    NUXT_PUBLIC_EVENTS_URL: hub.replace("http", "ws"),
    CENTRIFUGO_URL: hub,
    CENTRIFUGO_TOKEN: apiKey,
    NUXT_EVENTS_TOKEN_SECRET: tokenSecret,
    NUXT_SESSION_PASSWORD: sessionPassword,
    NUXT_DEMO: "true",
  });
  await untilAnswers(app);
  console.log(`\n  The portal is live:  ${app}\n\n  Stop: Ctrl+C\n`);
}

/** Ends with this script, however that ends; and this script with it. */
function keepRunning(name, [program, ...args], env) {
  run(program, args, { env, echo: true }).then(({ code }) => giveUp(new Error(`${name} has ended with code ${code}.`)));
}

async function untilAnswers(url) {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await delay(100);
  }
  throw new Error(`${url} did not answer within ${READY_MS / 1000} s`);
}

/** In `.data`, which git ignores. */
function writeHubConfig(config) {
  const folder = join(HERE, ".data");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "hub.json");
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}

function secret() {
  return randomBytes(24).toString("base64url");
}
