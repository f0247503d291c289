import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { WebSocket as WsClient } from "ws";
import { parseConfig } from "../../config/load.ts";
import { disconnects } from "../../hub/index.ts";
import type { Log, LogFields } from "../../kit/log.ts";
import { connectRaw } from "../../listeners/raw-client.contract.ts";
import { startTestHub, type TestHub, type TestHubOptions } from "../../testing.ts";
import { createTalk, type Talk } from "./driver/talk.fixture.ts";

const open = {
  name: "open",
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_history_for_client: true,
  allow_presence_for_client: true,
  presence: true,
  history_size: 5,
  history_ttl: "10m",
  force_recovery: true,
};

/** As the sales notifications want it. */
const sales = { roles: ["admin"], channel: "admin:sales" };

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Sections {
  readonly plain?: Readonly<Record<string, unknown>>;
  readonly client?: Readonly<Record<string, unknown>>;
}

async function start({ plain = {}, client = {} }: Sections = {}, options: TestHubOptions = {}): Promise<TestHub> {
  const config = { channel: { namespaces: [open] }, plain_websocket: plain, client };
  const server = await startTestHub({ config, ...options });
  closers.push(() => server.stop());
  return server;
}

async function talk(server: TestHub, path = "/ws"): Promise<Talk> {
  const client = await createTalk(server.url.replace(/^http/, "ws") + path);
  closers.push(() => client.close());
  return client;
}

/** Opens a connection and says who it is. */
async function enter(server: TestHub, token: string, since?: string): Promise<Talk> {
  const client = await talk(server);
  client.say({ type: "auth", token, ...(since === undefined ? {} : { since }) });
  await client.hear("auth_success");
  return client;
}

const admin = (server: TestHub, user = "ada"): Promise<string> => server.token({ user, roles: ["admin"] });

describe("the plain door", () => {
  it("says welcome before anybody has said who he is, then auth_success with user and role", async () => {
    const server = await start({ plain: sales });
    const client = await talk(server);
    const welcome = await client.hear("welcome");
    assert.equal(welcome.authTimeoutMs, 10_000);
    assert.ok(Math.abs(Date.parse(String(welcome.serverTime)) - server.hub.clock.now()) < 60_000);
    client.say({ type: "auth", token: await admin(server) });
    const { userId, role } = await client.hear("auth_success");
    assert.deepEqual([userId, role], ["ada", "admin"]);
    assert.equal(client.frames[0]?.type, "welcome");
  });

  it("sends every admin what is published for all of them", async () => {
    const server = await start({ plain: sales });
    const admins = [await enter(server, await admin(server)), await enter(server, await admin(server, "eva"))];
    const event = {
      id: "e1",
      type: "SALE_CREATED",
      occurredAt: "2026-01-01T00:00:00Z",
      source: "x",
      data: { saleId: 1 },
    };
    await server.api("publish", { channel: "admin:sales", data: event });
    for (const each of admins) {
      const frame = await each.hear("event");
      assert.deepEqual([frame.event, frame.channel], [event, "admin:sales"]);
    }
  });

  it("tells whoever is no admin so, and closes with 4403", async () => {
    const server = await start({ plain: sales });
    const client = await talk(server);
    client.say({ type: "auth", token: await server.token({ user: "bob", roles: ["seller"] }) });
    assert.equal((await client.hear("auth_error")).code, "FORBIDDEN");
    assert.equal(await client.closed, disconnects.forbidden.code);
    assert.equal(client.frames.at(-1)?.type, "auth_error");
  });

  it("tells whoever has no valid token why, and closes with 4401", async () => {
    const server = await start({ client: { stale_close_delay: "300ms" } });
    const expired = await server.token({ user: "ada", ttl: -60 });
    const cases: readonly (readonly [string, object | undefined])[] = [
      ["INVALID_TOKEN", { type: "auth", token: "nonsense" }],
      ["TOKEN_EXPIRED", { type: "auth", token: expired }],
      ["AUTH_REQUIRED", { type: "auth", token: "" }],
      ["AUTH_REQUIRED", { type: "subscribe", channel: "open:a" }],
      ["AUTH_TIMEOUT", undefined],
    ];
    for (const [code, frame] of cases) {
      const client = await talk(server);
      if (frame) client.say(frame);
      assert.equal((await client.hear("auth_error")).code, code);
      assert.equal(await client.closed, disconnects.unauthorized.code, code);
    }
  });

  it("takes a token from the address, too", async () => {
    const server = await start({ plain: sales });
    const client = await talk(server, `/ws?token=${await admin(server)}`);
    await client.hear("auth_success");
    assert.deepEqual(
      client.frames.map(({ type }) => type),
      ["welcome", "auth_success"],
    );
    const refused = await talk(server, "/ws?token=nonsense");
    assert.equal(await refused.closed, disconnects.unauthorized.code);
  });

  it("takes a token from the subprotocols, where pages can put one, and does not send it back", async () => {
    const server = await start({ plain: sales });
    const bearer = `altavoz.bearer.${await admin(server)}`;
    for (const [offers, chosen] of [
      [["altavoz", bearer], "altavoz"],
      [[bearer], bearer],
    ] as const) {
      const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/ws`, [...offers]);
      const client = await createTalk(socket.url, () => socket);
      closers.push(() => client.close());
      await client.hear("auth_success");
      assert.equal(socket.protocol, chosen);
    }
    const nameless = new WebSocket(`${server.url.replace(/^http/, "ws")}/ws`, ["altavoz"]);
    const client = await createTalk(nameless.url, () => nameless);
    closers.push(() => client.close());
    client.say({ type: "auth", token: await admin(server) });
    await client.hear("auth_success");
  });

  it("announces the end of a token, and takes a new one within the grace", async () => {
    const server = await start({ plain: { expired_close_delay: "60s" } });
    const client = await enter(server, await server.token({ user: "ada", ttl: 3 }));
    const notice = await client.hear("auth_error");
    assert.deepEqual([notice.code, notice.graceMs], ["TOKEN_EXPIRED", 60_000]);
    client.say({ type: "auth", token: await server.token({ user: "ada", ttl: 600 }), id: "again" });
    const renewed = await client.hear("auth_success", ({ id }) => id === "again");
    assert.ok(Date.parse(String(renewed.expiresAt)) > server.hub.clock.now() + 500_000);
    client.say({ type: "subscribe", channel: "open:a", id: 1 });
    await client.hear("ok");
  });

  it("closes with 4401 when the grace is over", async () => {
    const server = await start({ plain: { expired_close_delay: "100ms" } });
    const client = await enter(server, await server.token({ user: "ada", ttl: 3 }));
    assert.equal(await client.closed, disconnects.unauthorized.code);
    assert.equal(client.frames.at(-1)?.code, "TOKEN_EXPIRED");
  });

  it("does not let somebody else, or somebody without the role, go on in a connection", async () => {
    const server = await start({ plain: sales });
    const roleless = await enter(server, await admin(server));
    roleless.say({ type: "auth", token: await server.token({ user: "ada" }) });
    assert.equal(await roleless.closed, disconnects.forbidden.code);
    const another = await enter(server, await admin(server));
    another.say({ type: "auth", token: await admin(server, "eva") });
    assert.equal(await another.closed, disconnects.unauthorized.code);
  });

  it("answers ping with pong, also before auth", async () => {
    const server = await start();
    const client = await talk(server);
    client.say({ type: "ping" });
    assert.deepEqual(await client.hear("pong"), { type: "pong" });
    client.say({ type: "ping", id: 7 });
    assert.deepEqual(await client.hear("pong", ({ id }) => id === 7), { type: "pong", id: 7 });
  });

  it("replays what an admin missed since the last event, or says that it cannot", async () => {
    const server = await start({ plain: sales });
    const publish = (data: number): Promise<unknown> => server.api("publish", { channel: "admin:sales", data });
    const first = await enter(server, await admin(server));
    await publish(1);
    const { id } = await first.hear("event");
    await first.close();
    await publish(2);
    await publish(3);
    const second = await enter(server, await admin(server), String(id));
    await second.hear("event", ({ event }) => event === 3);
    await publish(4);
    await second.hear("event", ({ event }) => event === 4);
    assert.deepEqual(second.events, [2, 3, 4]);
    assert.equal(
      second.frames.some(({ type }) => type === "event_gap"),
      false,
    );
    const lost = await enter(server, await admin(server), "of another life");
    const { channel, lastEventId } = await lost.hear("event_gap");
    assert.equal(channel, "admin:sales");
    await publish(5);
    await lost.hear("event");
    assert.deepEqual(lost.events, [5]);
    await lost.close();
    await publish(6);
    const found = await enter(server, await admin(server), String(lastEventId));
    await found.hear("event", ({ event }) => event === 6);
    assert.deepEqual(found.events, [5, 6]);
  });

  it("knows the last event also by the id that the application gave it", async () => {
    const server = await start({ plain: sales });
    const event = (id: string): object => ({ id, type: "SALE_CREATED", data: { total: 1 } });
    const publish = (id: string): Promise<unknown> =>
      server.api("publish", { channel: "admin:sales", data: event(id) });
    for (const id of ["sale-1", "00000000-0000-4000-8000-000000000002", "sale-3"]) await publish(id);
    const back = await enter(server, await admin(server), "00000000-0000-4000-8000-000000000002");
    await back.hear("event");
    assert.deepEqual(back.events, [event("sale-3")]);
    const lost = await enter(server, await admin(server), "sale-0");
    await lost.hear("event_gap");

    const subscriber = await enter(server, await admin(server, "eva"));
    subscriber.say({ type: "subscribe", channel: "open:a", id: 1 });
    await subscriber.hear("ok");
    for (const id of ["a", "b"]) subscriber.say({ type: "publish", channel: "open:a", data: event(id) });
    await subscriber.hear("event", (frame) => (frame.event as { id: string }).id === "b");
    const returning = await enter(server, await admin(server, "eva"));
    returning.say({ type: "subscribe", channel: "open:a", since: "a", id: 1 });
    assert.equal((await returning.hear("ok")).recovered, true);
    assert.deepEqual((await returning.hear("event", ({ channel }) => channel === "open:a")).event, event("b"));
  });

  it("loses nothing between auth_success and the first event", async () => {
    const server = await start({ plain: sales });
    const { lastEventId } = await (await enter(server, await admin(server))).hear("auth_success");
    await server.api("publish", { channel: "admin:sales", data: 1 });
    const back = await enter(server, await admin(server), String(lastEventId));
    await back.hear("event");
    assert.deepEqual(back.events, [1]);
  });

  it("does not take a frame over the rate, and ends a flood", async () => {
    const server = await start({ plain: { message_rate_limit: 10 } });
    const client = await enter(server, await server.token({ user: "ada" }));
    for (let i = 0; i < 30; i++) client.say({ type: "ping", id: i });
    const { code } = await client.hear("error");
    assert.equal(code, 111);
    for (let i = 0; i < 30; i++) client.say({ type: "ping", id: i });
    assert.equal(await client.closed, disconnects.tooManyRequests.code);
  });

  it("ends a flood of requests that wait for an earlier one, whatever the rate", async () => {
    const answer = Promise.withResolvers<undefined>();
    let asked = false;
    const server = await start(
      { plain: { message_rate_limit: 0 } },
      {
        application: {
          onPublish() {
            asked = true;
            return answer.promise;
          },
        },
      },
    );
    closers.push(() => answer.resolve(undefined));
    const [flooder, innocent] = [
      await enter(server, await server.token({ user: "ada" })),
      await enter(server, await server.token({ user: "eva" })),
    ];
    innocent.say({ type: "subscribe", channel: "open:a", id: 1 });
    await innocent.hear("ok");
    flooder.say({ type: "publish", channel: "open:a", data: 1 });
    for (let i = 0; i < 1_100; i++) flooder.say({ type: "presence", channel: "open:a", id: i });
    assert.equal(await flooder.closed, disconnects.tooManyRequests.code);
    assert.ok(asked);
    await server.api("publish", { channel: "open:a", data: "still served" });
    await innocent.hear("event", ({ event }) => event === "still served");
  });

  it("takes no frame over 16 kB", async () => {
    const server = await start();
    const client = await enter(server, await server.token({ user: "ada" }));
    client.say({ type: "publish", channel: "open:a", data: "x".repeat(16_000), id: 1 });
    await client.hear("ok");
    client.say({ type: "publish", channel: "open:a", data: "x".repeat(17_000), id: 2 });
    assert.equal(await client.closed, 1009);
  });

  it("gives a user ten connections, and the eleventh after one has ended", async () => {
    const server = await start();
    const token = await server.token({ user: "ada" });
    const all: Talk[] = [];
    for (let i = 0; i < 10; i++) all.push(await enter(server, token));
    const eleventh = await talk(server);
    eleventh.say({ type: "auth", token });
    assert.equal(await eleventh.closed, disconnects.connectionLimit.code);
    const left = new Promise<void>((resolve) => server.hub.listen(({ type }) => type === "disconnected" && resolve()));
    await all[0]?.close();
    await left;
    await enter(server, token);
    await enter(server, await server.token({ user: "eva" }));
  });

  it("says 1012 to everybody when the node stops", async () => {
    const server = await start();
    const client = await enter(server, await server.token({ user: "ada" }));
    const stopped = server.stop();
    assert.equal(await client.closed, 1012);
    assert.deepEqual(client.frames.at(-1), { type: "disconnect", ...disconnects.shutdown, reconnect: true });
    await stopped;
  });

  it("tells what is wrong with a request, and goes on", async () => {
    const server = await start();
    const client = await enter(server, await server.token({ user: "ada" }));
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ type: "dance" }, /there is no "dance"; write auth, ping, subscribe/],
      [{ type: "subscribe" }, /subscribe: channel must be a string/],
      [{ type: "publish", channel: "open:a" }, /publish: data is missing/],
      [{ type: "history", channel: "open:a", limit: "all" }, /history: limit must be an integer/],
      [{ method: "subscribe", params: [] }, /params must be an object/],
      [{ type: "subscribe", channel: "nosuch:a" }, /no namespace "nosuch"/],
    ];
    for (const [index, [frame, text]] of wrong.entries()) {
      client.say({ ...frame, id: `w${index}` });
      const { message } = await client.hear("error", ({ id }) => id === `w${index}`);
      assert.match(String(message), text);
    }
    client.say({ method: "subscribe", params: { channel: "open:a" }, id: "fine" });
    await client.hear("ok", ({ id }) => id === "fine");
  });
});

describe("other clients", () => {
  it("get the same by the library ws", async () => {
    const server = await start({ plain: sales });
    const client = await createTalk(`${server.url.replace(/^http/, "ws")}/ws`, (url) => new WsClient(url));
    closers.push(() => client.close());
    await client.hear("welcome");
    client.say({ type: "auth", token: await admin(server) });
    await client.hear("auth_success");
    await server.api("publish", { channel: "admin:sales", data: { type: "SALE_UPDATED", anything: [1] } });
    assert.deepEqual((await client.hear("event")).event, { type: "SALE_UPDATED", anything: [1] });
    const refused = await createTalk(`${server.url.replace(/^http/, "ws")}/ws`, (url) => new WsClient(url));
    refused.say({ type: "auth", token: "nonsense" });
    assert.equal(await refused.closed, disconnects.unauthorized.code);
    assert.equal(refused.frames.at(-1)?.type, "auth_error");
  });

  it("that are gone without a goodbye are noticed", async () => {
    const server = await start({
      client: { ping_interval: "200ms", pong_timeout: "100ms" },
      plain: { pong_timeout: "500ms" },
    });
    const gone = new Promise<number>((resolve) => {
      server.hub.listen((event) => event.type === "disconnected" && resolve(event.code));
    });
    const halfOpen = await connectRaw({ port: Number(new URL(server.url).port), path: "/ws" });
    closers.push(() => void halfOpen.socket.destroy());
    halfOpen.send(JSON.stringify({ type: "auth", token: await server.token({ user: "eva" }) }));
    await halfOpen.until(() => halfOpen.texts.some((text) => text.includes("auth_success")), "auth_success");
    halfOpen.socket.pause();
    assert.equal(await gone, disconnects.noPong.code);
    const { client, plain_websocket: plain } = parseConfig({}).config;
    assert.equal(client.ping_interval + plain.pong_timeout, 75_000, "as it is documented");
  });
});

describe("the guide's raw snippet", () => {
  for (const path of ["/", "/connection/websocket"]) {
    it(`gets bare events at ${path}`, async () => {
      const server = await start();
      const token = await server.token({ user: "ada", tenant: "acme" });
      const config = { public: { eventsUrl: server.url.replace(/^http/, "ws") + path, centrifugoToken: token } };
      const events = [1, 2].map((progress) => ({ type: "deployment_update", tenantId: "acme", data: { progress } }));
      const heard: unknown[] = [];
      const all = Promise.withResolvers<void>();
      const callback = (event: unknown): void => {
        if (heard.push(event) === events.length) all.resolve();
      };
      const { subscribe, subscribed } = snippet(config);
      const joined = subscribed(server);
      closers.push(subscribe("tenant:acme:deployments", callback));
      await joined;
      for (const data of events) {
        await server.api("publish", { tenant: "acme", channel: "tenant:acme:deployments", data });
      }
      await all.promise;
      assert.deepEqual(heard, events);
    });
  }

  it("gets bare events, too, when it brings its token as a subprotocol", async () => {
    const server = await start();
    const bearer = `altavoz.bearer.${await server.token({ user: "ada" })}`;
    const socket = new WebSocket(server.websocketUrl, ["altavoz", bearer]);
    const client = await createTalk(socket.url, () => socket);
    closers.push(() => client.close());
    client.say({ method: "subscribe", params: { channel: "open:a" }, id: 1 });
    await client.hear("ok");
    await server.api("publish", { channel: "open:a", data: { type: "bare" } });
    await client.hear("bare");
  });

  it("is told as an event why it gets none, and its token is in no log", async () => {
    const lines: string[] = [];
    const write = (message: string, fields?: LogFields): void => {
      lines.push(message + JSON.stringify(fields ?? {}, (_, value) => (value instanceof Error ? value.stack : value)));
    };
    const log: Log = { debug: write, info: write, warn: write, error: write };
    const server = await start({}, { log });
    const token = await server.token({ user: "ada", tenant: "acme" });
    const client = await talk(server, `/?token=${token}`);
    client.say({ method: "subscribe", params: { channel: "tenant:globex:deployments" } });
    assert.equal((await client.hear("error")).code, 103);
    const forged = `${token.slice(0, -6)}AAAAAA`;
    const refused = await talk(server, `/connection/websocket?token=${forged}`);
    assert.equal(await refused.closed, disconnects.unauthorized.code);
    assert.deepEqual(
      refused.frames.map(({ type, code }) => [type, code]),
      [["auth_error", "INVALID_TOKEN"]],
    );
    assert.ok(lines.length > 0);
    for (const line of lines) for (const part of token.split(".")) assert.ok(!line.includes(part), line);
  });

  it("leaves the address to other protocols", async () => {
    const server = await start();
    const client = await talk(server, "/connection/websocket");
    client.say({ id: 1, connect: { token: await server.token({ user: "ada" }) } });
    await client.until(({ connect }) => connect !== undefined);
  });
});

/** The composable of the guide, word for word but for what stands around it. */
function snippet(config: { public: { eventsUrl: string; centrifugoToken: string } }): {
  subscribe(channel: string, callback: (event: unknown) => void): () => void;
  subscribed(server: TestHub): Promise<void>;
} {
  const connect = () => {
    return new WebSocket(`${config.public.eventsUrl}?token=${config.public.centrifugoToken}`);
  };

  const subscribe = (channel: string, callback: (event: unknown) => void) => {
    const ws = connect();

    ws.onopen = () => {
      ws.send(
        JSON.stringify({
          method: "subscribe",
          params: { channel },
        }),
      );
    };

    ws.onmessage = (event) => {
      const data = JSON.parse(String(event.data));
      callback(data);
    };

    return () => ws.close();
  };

  return {
    subscribe,
    subscribed: ({ hub }) => new Promise((resolve) => hub.listen(({ type }) => type === "subscribed" && resolve())),
  };
}
