import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { silentLog } from "../../kit/log.ts";
import { connectRaw, type RawClient } from "../../listeners/raw-client.contract.ts";
import { startTestHub, type TestHub } from "../../testing.ts";

const on = { enabled: true, compression: true };
const config = {
  http_stream: on,
  sse: on,
  uni_http_stream: on,
  uni_sse: { enabled: true },
  websocket: { compression: true, compression_level: 6 },
  channel: { namespaces: [{ name: "news", allow_subscribe_for_client: true }] },
};

let server: TestHub;
let token: string;
const warnings: string[] = [];
const clients: RawClient[] = [];

before(async () => {
  server = await startTestHub({ config, log: { ...silentLog, warn: (text) => warnings.push(text) } });
  token = await server.token({ user: "ana" });
});
after(async () => {
  for (const client of clients) client.socket.destroy();
  await server.stop();
});

/** Connects and subscribes in the request itself. */
async function listen(path: string, { uni = false, gzip = true } = {}): Promise<RawClient> {
  const commands = [
    { id: 1, connect: { token } },
    { id: 2, subscribe: { channel: "news:today" } },
  ];
  const wish = { token, subs: { "news:today": {} } };
  const request = uni ? JSON.stringify(wish) : commands.map((command) => JSON.stringify(command)).join("\n");
  const port = Number(new URL(server.url).port);
  const inQuery = path.endsWith("sse");
  const target = inQuery ? `${path}?cf_connect=${encodeURIComponent(request)}` : path;
  const options = inQuery ? {} : { method: "POST", body: request };
  const client = await connectRaw({ port, path: target, stream: true, gzip, ...options });
  clients.push(client);
  return client;
}

const heard = (client: RawClient, word: string): Promise<void> =>
  client.until(() => client.texts.some((text) => text.includes(word)), word);

describe("compression_level of a WebSocket", () => {
  it("is warned of where the runtime does not heed it", () => {
    const about = warnings.filter((text) => text.startsWith("compression_level"));
    assert.equal(about.length, process.versions.bun === undefined ? 0 : 1);
  });
});

describe("a compressed stream of the door", () => {
  for (const [name, uni] of [
    ["http_stream", false],
    ["sse", false],
    ["uni_http_stream", true],
  ] as const) {
    it(`of ${name} brings each publication at once`, async () => {
      const client = await listen(`/connection/${name}`, { uni });
      assert.equal(client.header("content-encoding"), "gzip");
      await heard(client, uni ? '"connect":' : '"subscribe":');
      for (let n = 0; n < 5; n++) {
        await server.api("publish", { channel: "news:today", data: { headline: `number ${n} ` } });
        await heard(client, `number ${n} `);
      }
    });
  }

  it("is plain where the client does not accept gzip, or the option is off", async () => {
    const plain = [
      await listen("/connection/sse", { gzip: false }),
      await listen("/connection/uni_sse", { uni: true }),
    ];
    for (const client of plain) {
      assert.equal(client.header("content-encoding"), undefined);
      await heard(client, '"connect":');
    }
  });
});
