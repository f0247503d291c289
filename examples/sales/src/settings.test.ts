import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings } from "./settings.ts";

describe("the environment", () => {
  it("has defaults, and no password is none", () => {
    const { redis, pagesPath, ...rest } = readSettings({
      ENABLE_REDIS: "true",
      REDIS_PASSWORD: "",
      FIREBASE_PROJECT_ID: "shop-1",
    });
    assert.deepEqual(redis, { host: "localhost", port: 6379, db: 0 });
    assert.match(pagesPath, /web.dist$/);
    assert.deepEqual(rest, {
      port: 3001,
      webPort: 3000,
      allowedOrigins: ["http://localhost:3000"],
      databasePath: "sales.sqlite",
      firebaseProjectId: "shop-1",
    });
    assert.equal(readSettings({ FIREBASE_PROJECT_ID: "shop-1" }).redis, undefined);
  });

  it("is refused at once with all that is wrong in it", () => {
    const wrong = { ENABLE_REDIS: "yes", REDIS_PORT: "six", REDIS_DB: "-1" };
    assert.throws(() => readSettings(wrong), /ENABLE_REDIS.*REDIS_PORT.*REDIS_DB.*FIREBASE_PROJECT_ID/s);
    readSettings({}, { ownVerifier: true });
  });
});
