import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "./config-error.ts";
import { readWebSocketServiceEnvironment } from "./websocket-service.ts";

describe("the environment of a WebSocketService", () => {
  it("is read as documented, numbers in any form that is one", () => {
    assert.deepEqual(
      readWebSocketServiceEnvironment({
        REDIS_HOST: "localhost",
        REDIS_PORT: "6380",
        REDIS_PASSWORD: "your_password",
        WS_CORS_ORIGINS: "http://localhost:3000, https://example.com,",
        WS_PING_INTERVAL: "30000",
        WS_PING_TIMEOUT: "60000",
        WS_MAX_HTTP_BUFFER_SIZE: "1e6",
        WS_RATE_LIMIT: "100",
        WS_RATE_WINDOW_MS: "60000",
        WS_ADMIN_KEY: "key",
        JWT_SECRET: "secret",
        JWT_ISSUER: "us",
      }),
      {
        redis: { host: "localhost", port: 6380, password: "your_password" },
        corsOrigins: ["http://localhost:3000", "https://example.com"],
        pingInterval: 30_000,
        pingTimeout: 60_000,
        maxHttpBufferSize: 1_000_000,
        rateLimit: 100,
        rateWindow: 60_000,
        adminKey: "key",
        jwt: { secret: "secret", issuer: "us" },
      },
    );
  });

  it("says nothing where nothing is set, and takes an empty variable for none", () => {
    assert.deepEqual(readWebSocketServiceEnvironment({}), { jwt: {} });
    assert.deepEqual(readWebSocketServiceEnvironment({ REDIS_HOST: "", WS_CORS_ORIGINS: " ", JWT_SECRET: "" }), {
      jwt: {},
    });
  });

  it("has the port of Redis where only its host is set", () => {
    assert.deepEqual(readWebSocketServiceEnvironment({ REDIS_HOST: "redis" }).redis, {
      host: "redis",
      port: 6379,
      password: "",
    });
  });

  it("names every variable that is no number", () => {
    assert.throws(
      () => readWebSocketServiceEnvironment({ WS_PING_INTERVAL: "soon", WS_RATE_LIMIT: "-1" }),
      (error) => error instanceof ConfigError && error.problems.length === 2 && /WS_PING_INTERVAL/.test(error.message),
    );
  });
});
