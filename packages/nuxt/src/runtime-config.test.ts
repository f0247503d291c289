import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completeRuntimeConfig, type OpenConfig } from "./runtime-config.ts";

function completed(config: OpenConfig): { config: OpenConfig; warnings: string[] } {
  const warnings: string[] = [];
  completeRuntimeConfig(config, (message) => warnings.push(message));
  return { config, warnings };
}

describe("runtime configuration", () => {
  it("gives every setting a place, so that its variable of the environment counts", () => {
    assert.deepEqual(completed({}), {
      config: { eventsTokenSecret: "", public: { eventsUrl: "/", eventsTokenPath: "/api/events/token" } },
      warnings: [],
    });
  });

  it("keeps what the application says", () => {
    const { config } = completed({
      eventsTokenSecret: "secret",
      public: { eventsUrl: "wss://events.example.com", eventsTokenPath: "/token", apiBase: "https://api.example.com" },
    });
    assert.equal(config.eventsTokenSecret, "secret");
    assert.deepEqual(config.public, {
      eventsUrl: "wss://events.example.com",
      eventsTokenPath: "/token",
      apiBase: "https://api.example.com",
    });
  });

  it("takes a token out of what every visitor sees, and says so", () => {
    const { config, warnings } = completed({ public: { centrifugoToken: "secret" } });
    assert.equal(config.centrifugoToken, "secret");
    assert.ok(!JSON.stringify(config.public).includes("secret"));
    assert.match(warnings.join(), /runtimeConfig\.public\.centrifugoToken/);
  });

  it("prefers the secret that already is in the server's part", () => {
    const { config } = completed({ eventsTokenSecret: "right", public: { eventsTokenSecret: "wrong" } });
    assert.equal(config.eventsTokenSecret, "right");
    assert.ok(!("eventsTokenSecret" in (config.public ?? {})));
  });
});
