import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AuthMiddleware } from "@altavoz/backend";
import { issueEventsToken } from "./issue-events-token.ts";

const SECRET = "a-secret-of-at-least-32-characters";

describe("token for events", () => {
  it("says who the session said, and is signed with the hub's secret", async () => {
    const { token } = await issueEventsToken({ user: "789", tenant: "12345", roles: ["viewer"] }, SECRET);
    const { userId, tenantId, roles } = await new AuthMiddleware({ key: SECRET }).authenticate(token);
    assert.deepEqual({ userId, tenantId, roles }, { userId: "789", tenantId: "12345", roles: ["viewer"] });
  });

  it("is refused to nobody", async () => {
    await assert.rejects(issueEventsToken(undefined, SECRET), { statusCode: 401 });
  });

  it("names the variable that is missing", async () => {
    await assert.rejects(issueEventsToken({ user: "789" }, ""), {
      statusCode: 500,
      message: /NUXT_EVENTS_TOKEN_SECRET/,
    });
  });
});
