import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Parser } from "@asyncapi/parser";
import { z } from "zod";
import { startTestHub } from "../../testing.ts";
import { describePlainDoor } from "./asyncapi.ts";
import { requests } from "./dialect.ts";
import { createTalk, type Heard } from "./driver/talk.fixture.ts";

type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Says of a frame whether it is as the document has it, and has nothing that the document does not know. */
function createJudge(document: object): (frame: Heard) => void {
  const text = JSON.stringify((document as { components: { schemas: Schemas } }).components.schemas);
  const schemas = JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")) as Schemas;
  return (frame) => {
    const name = String(frame.type);
    const schema = schemas[name];
    assert.ok(schema, `the document knows no ${name}`);
    const judged = z
      .fromJSONSchema({ ...schema, additionalProperties: false, $defs: schemas } as Parameters<
        typeof z.fromJSONSchema
      >[0])
      .safeParse(frame);
    assert.ok(judged.success, `${JSON.stringify(frame)}: ${judged.error?.message}`);
  };
}

describe("the AsyncAPI document of the plain door", () => {
  it("is one, and names every request", async () => {
    const text = JSON.stringify(describePlainDoor({ path: "/ws", version: "1.0.0" }));
    const { document, diagnostics } = await new Parser().parse(text);
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => [path.join("."), message]),
      [],
    );
    assert.ok(document);
    const names = new Set(document.messages().map((message) => message.name()));
    for (const name of Object.keys(requests)) assert.ok(names.has(name), name);
    assert.equal(document.channels().all()[0]?.address(), "/ws");
  });

  it("has a line for every type of frame on the page about it", () => {
    const page = readFileSync(new URL("../../../../../docs/en/plain-websocket.md", import.meta.url), "utf8");
    const { components } = describePlainDoor({ path: "/ws", version: "1.0.0" }) as { components: { schemas: Schemas } };
    for (const name of Object.keys(components.schemas))
      assert.match(page, new RegExp(`^\\|.*\`${name}\`.*\\|`, "m"), name);
  });

  it("is served beside the endpoint, and says what is spoken there", async () => {
    const everything = {
      allow_subscribe_for_client: true,
      allow_publish_for_client: true,
      allow_presence_for_client: true,
      allow_history_for_client: true,
      presence: true,
      join_leave: true,
      history_size: 5,
      history_ttl: "10m",
      force_recovery: true,
    };
    const namespaces = [{ ...everything, name: "open" }];
    const server = await startTestHub({ config: { channel: { namespaces } } });
    try {
      const judge = createJudge((await (await fetch(`${server.url}/ws/asyncapi.json`)).json()) as object);
      const client = await createTalk(`${server.url.replace(/^http/, "ws")}/ws`);
      const say = async (frame: object, answer = "ok"): Promise<Heard> => {
        const id = crypto.randomUUID();
        const said: Heard = { ...frame, id };
        judge(said);
        client.say(said);
        return client.hear(answer, (heard) => heard.id === id);
      };
      await say({ type: "auth", token: await server.token({ user: "ada", ttl: 600 }) }, "auth_success");
      await say({ type: "ping" }, "pong");
      await say({ type: "subscribe", channel: "open:a", joins: true, since: "1-lost" });
      const other = await createTalk(`${server.url.replace(/^http/, "ws")}/ws`);
      other.say({ type: "auth", token: await server.token({ user: "eva" }) });
      other.say({ type: "subscribe", channel: "open:a", id: 1 });
      await client.hear("join", ({ user }) => user === "eva");
      await other.close();
      await client.hear("leave");
      await say({ type: "publish", channel: "open:a", data: { a: 1 } });
      await client.hear("event");
      await server.api("publish", { channel: "open:a", data: 2, tags: { kind: "b" } });
      await client.hear("event", ({ event }) => event === 2);
      await say({ type: "presence", channel: "open:a" });
      await say({ type: "history", channel: "open:a", limit: 10, reverse: true });
      await say({ type: "presence", channel: "nosuch:a" }, "error");
      await say({ type: "unsubscribe", channel: "open:a" });
      await server.api("subscribe", { user: "ada", channel: "open:b" });
      await client.hear("subscribed");
      await server.api("unsubscribe", { user: "ada", channel: "open:b" });
      await client.hear("unsubscribed");
      await server.api("disconnect", { user: "ada" });
      await client.closed;
      for (const frame of client.frames) judge(frame);
      const heard = new Set(client.frames.map(({ type }) => type));
      for (const type of ["event_gap", "join", "leave", "disconnect", "error", "welcome"])
        assert.ok(heard.has(type), type);
    } finally {
      await server.stop();
    }
  });
});
