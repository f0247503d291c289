import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { createApiKeys } from "../auth/index.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import { silentLog } from "../kit/log.ts";
import { checkSchemas } from "../schema-settings.ts";
import { type Command, createCommand } from "./command.ts";
import { createConfiguredAuthenticator } from "./judge-token.ts";
import { configFile, configFlag, loadSettings } from "./load-settings.ts";

export const checkConfigCommand: Command = createCommand({
  name: "checkconfig",
  about: "say whether a configuration is valid",
  args: {
    config: configFlag,
    strict: { type: "boolean", alias: "s", description: "warnings are failures too" },
  },
  async run({ config: file, strict }, terminal) {
    const { config, warnings } = loadSettings(file);
    tryKeys(config);
    await checkSchemas(config);
    for (const warning of warnings) terminal.err(`warning: ${warning}\n`);
    if (strict && warnings.length > 0) return 1;
    terminal.out(`${configFile(file) ?? "the environment"} is valid\n`);
    return 0;
  },
});

/** What a schema cannot say: whether keys and certificates are usable. The server would refuse to start with these. */
function tryKeys(config: Config): void {
  const { http_server: server, http_api: api, tenants } = config;
  const attempts = {
    tokens: () => createConfiguredAuthenticator(config, silentLog),
    "API keys": () =>
      createApiKeys({
        platform: api.key ? [api.key] : [],
        tenants: new Map(tenants.map(({ id, api_keys: keys }) => [id, keys])),
      }),
    "http_server.tls": () => {
      const { enabled, cert_pem: cert, key_pem: key } = server.tls;
      if (enabled) createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
    },
  };
  const problems: string[] = [];
  for (const [what, attempt] of Object.entries(attempts)) {
    try {
      attempt();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
