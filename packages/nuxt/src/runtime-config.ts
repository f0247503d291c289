/** `runtimeConfig` of Nuxt, before anybody has checked it. */
export interface OpenConfig {
  [name: string]: unknown;
  public?: Record<string, unknown>;
}

const PUBLIC = {
  /** Where browsers connect: `wss://events.example.com`, or a path of the host that the page came from. */
  eventsUrl: "/",
  /** The application's route that answers with a connection token. Empty means that everybody is anonymous. */
  eventsTokenPath: "/api/events/token",
};

const PRIVATE = {
  /** Signs connection tokens; the hub has the same one. */
  eventsTokenSecret: "",
};

/** Names under which applications have given every visitor a secret. */
const SECRETS = ["centrifugoToken", "eventsTokenSecret"];

/**
 * Gives each setting a place, without which Nuxt ignores its variable of the environment, and takes secrets back from
 * the part of the configuration that Nuxt writes into every page.
 */
export function completeRuntimeConfig(config: OpenConfig, warn: (message: string) => void): void {
  const shared: Record<string, unknown> = { ...PUBLIC, ...config.public };
  for (const name of SECRETS) {
    if (!(name in shared)) continue;
    config[name] ??= shared[name];
    delete shared[name];
    warn(
      `runtimeConfig.public.${name} would stand in every page; it is runtimeConfig.${name} now, for the server only`,
    );
  }
  for (const [name, value] of Object.entries(PRIVATE)) config[name] ??= value;
  config.public = shared;
}
