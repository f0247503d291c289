import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SECRETS = ["platformToken", "platformApi", "demoToken", "acmeToken", "pageApi", "metricsApi"];

/**
 * The configuration that `npm start` runs with: two tenants, the live page, and secrets that are made once and stay in
 * `.altavoz/`, which git ignores. A restart keeps them, so open pages and copied commands go on working.
 */
export function writeDevConfig(root, { port, assetsFolder }) {
  const folder = join(root, ".altavoz");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), "*\n");
  const secrets = loadSecrets(join(folder, "secrets.json"));
  const file = join(folder, "dev.json");
  writePrivately(file, devConfig({ port, secrets, assetsFolder }));
  return { file, secrets };
}

export function devConfig({ port, secrets, assetsFolder }) {
  return {
    http_server: { port },
    health: { enabled: true },
    prometheus: { enabled: true },
    client: { token: { hmac_secret_key: secrets.platformToken }, allowed_origins: [] },
    http_api: { key: secrets.platformApi },
    rpc: { ping: { enabled: true } },
    tenants: [
      {
        id: "demo",
        name: "Demo",
        token: { hmac_secret_key: secrets.demoToken },
        api_keys: [
          { name: "live page", key: secrets.pageApi, scopes: ["publish"] },
          { name: "host metrics", key: secrets.metricsApi, scopes: ["publish"] },
        ],
      },
      { id: "acme", name: "Acme", token: { hmac_secret_key: secrets.acmeToken } },
    ],
    live: { enabled: true, tenant: "demo", other_tenant: "acme", assets_dir: assetsFolder },
  };
}

function loadSecrets(file) {
  const secrets = { ...readSecrets(file) };
  for (const name of SECRETS) secrets[name] ??= randomBytes(24).toString("base64url");
  writePrivately(file, secrets);
  return secrets;
}

function readSecrets(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

const writePrivately = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
