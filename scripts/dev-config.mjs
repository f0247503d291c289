import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SECRETS = ["platformToken", "platformApi", "demoToken", "acmeToken", "demoApi"];

/**
 * The configuration that `npm start` runs with: two tenants, the live page, and secrets that are made once and stay in
 * `.altavoz/`, which git ignores. A restart keeps them, so copied commands go on working. The key for publishing stands
 * in a file of its own, for commands; the page has one that the hub makes for it.
 */
export function writeDevConfig(root, { port, assetsFolder }) {
  const folder = join(root, ".altavoz");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), "*\n");
  const secrets = loadSecrets(join(folder, "secrets.json"));
  const file = join(folder, "dev.json");
  writeJson(file, devConfig({ port, secrets, assetsFolder }));
  writePrivately(join(folder, "api-key"), secrets.demoApi);
  return { file, secrets };
}

export function devConfig({ port, secrets, assetsFolder }) {
  return {
    http_server: { port },
    health: { enabled: true },
    prometheus: { enabled: true },
    // The page that somebody is building has another port; without a token no origin can do anything.
    client: { token: { hmac_secret_key: secrets.platformToken }, allowed_origins: ["*"] },
    http_api: { key: secrets.platformApi },
    rpc: { ping: { enabled: true } },
    http_stream: { enabled: true },
    sse: { enabled: true },
    uni_http_stream: { enabled: true },
    uni_sse: { enabled: true },
    tenants: [
      {
        id: "demo",
        name: "Demo",
        token: { hmac_secret_key: secrets.demoToken },
        api_keys: [{ name: "development", key: secrets.demoApi, scopes: ["publish"] }],
      },
      { id: "acme", name: "Acme", token: { hmac_secret_key: secrets.acmeToken } },
    ],
    live: { enabled: true, tenant: "demo", other_tenant: "acme", assets_dir: assetsFolder },
  };
}

function loadSecrets(file) {
  const secrets = { ...readSecrets(file) };
  for (const name of SECRETS) secrets[name] ??= randomBytes(24).toString("base64url");
  writeJson(file, secrets);
  return secrets;
}

function readSecrets(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

export const writePrivately = (file, text) => writeFileSync(file, `${text}\n`, { mode: 0o600 });
const writeJson = (file, value) => writePrivately(file, JSON.stringify(value, null, 2));
