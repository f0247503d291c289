import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { createVirtualClock } from "../../../server/src/testing.ts";
import { type ApiFailure, RefusedError, UnreachableError } from "./failure.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

type Answering = (body: Buffer, request: IncomingMessage, response: ServerResponse) => void;

async function serve(answering: Answering): Promise<{ readonly base: string; readonly connections: () => number }> {
  let connections = 0;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answering(Buffer.concat(chunks), request, response);
  });
  server.on("connection", () => connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/api`, connections: () => connections };
}

const transportTo = (base: string, options: Partial<TransportOptions> = {}): Transport =>
  createTransport({
    base,
    key: "key",
    timeoutMs: 1000,
    gzipFrom: Number.POSITIVE_INFINITY,
    fetch: (url, request) => fetch(url, request),
    clock: createVirtualClock(),
    ...options,
  });

async function failureOf(base: string, options?: Partial<TransportOptions>): Promise<ApiFailure> {
  const error = await transportTo(base, options)("publish", "{}").then(
    () => assert.fail("it succeeded"),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof RefusedError || error instanceof UnreachableError, String(error));
  return error;
}

describe("the transport", () => {
  it("sends the key and the body to the method, and reads the answer", async () => {
    const { base } = await serve((body, { method, url, headers }, response) => {
      const seen = [
        method,
        url,
        headers["x-api-key"],
        headers["content-type"],
        headers["content-encoding"],
        String(body),
      ];
      response.end(JSON.stringify({ result: seen }));
    });
    const { result } = await transportTo(base)("presence", '{"channel":"a"}');
    assert.deepEqual(result, ["POST", "/api/presence", "key", "application/json", null, '{"channel":"a"}']);
  });

  it("keeps connections open and uses them again, also after refusals", async () => {
    const answers = ['{"result":{}}', '{"error":{"code":103,"message":"no"}}', "<html>broken</html>"];
    let calls = 0;
    const { base, connections } = await serve((_body, _request, response) => {
      response.end(answers[calls++ % answers.length]);
    });
    const send = transportTo(base);
    for (let i = 0; i < 30; i++) await send("publish", "{}").catch(() => {});
    assert.equal(calls, 30);
    assert.ok(connections() < 5, `${connections()} connections for 30 calls`);
  });

  it("packs bodies from the given size on", async () => {
    const { base } = await serve((body, { headers }, response) => {
      const coding = headers["content-encoding"] ?? "";
      response.end(JSON.stringify({ result: [coding, String(coding === "gzip" ? gunzipSync(body) : body)] }));
    });
    const send = transportTo(base, { gzipFrom: 10 });
    assert.deepEqual((await send("publish", '"small"')).result, ["", '"small"']);
    assert.deepEqual((await send("publish", '"larger ñ"')).result, ["gzip", '"larger ñ"']);
  });

  it("takes a refusal for one, wherever the hub is configured to tell it", async () => {
    const forms: [status: number, body: object][] = [
      [200, { error: { code: 103, message: "permission denied" } }],
      [401, { error: { code: 103, message: "permission denied" } }],
      [403, { code: 103, message: "permission denied" }],
    ];
    for (const [status, body] of forms) {
      const { base } = await serve((_body, _request, response) => {
        response.statusCode = status;
        response.end(JSON.stringify(body));
      });
      const failure = await failureOf(base);
      assert.ok(failure instanceof RefusedError);
      assert.deepEqual(
        [failure.reason, failure.happened, failure.message],
        ["permissionDenied", "no", "permission denied"],
      );
      server?.close();
    }
  });

  it("says of an answer that is not the hub's whether the hub may have done it", async () => {
    const answers: [status: number, body: string, happened: string][] = [
      [503, "<html>busy</html>", "no"],
      [429, "slow down", "no"],
      [413, "", "no"],
      [502, "<html>bad gateway</html>", "unknown"],
      [500, "{}", "unknown"],
      [200, "hello", "unknown"],
      [200, "null", "unknown"],
    ];
    for (const [status, body, happened] of answers) {
      const { base } = await serve((_body, _request, response) => {
        response.writeHead(status, { "retry-after": "2" }).end(body);
      });
      const failure = await failureOf(base);
      assert.ok(failure instanceof UnreachableError);
      assert.deepEqual([failure.status, failure.happened, failure.retryAfterMs], [status, happened, 2000]);
      server?.close();
    }
  });

  it("gives up after its time, and nobody knows what happened", async () => {
    const clock = createVirtualClock();
    const { base } = await serve(() => clock.advance(1000));
    const failure = await failureOf(base, { clock });
    assert.match(failure.message, /gave no answer within 1000 ms/);
    assert.equal(failure.happened, "unknown");
  });

  it("knows that nothing has happened where nobody listens, and does not know when the connection was cut", async () => {
    const { base } = await serve((_body, request) => request.socket.destroy());
    assert.equal((await failureOf(base)).happened, "unknown");
    server?.close();
    await once(server ?? assert.fail(), "close");
    const failure = await failureOf(base);
    assert.equal(failure.happened, "no");
    assert.match(failure.message, /cannot be reached/);
  });

  it("leaves no timer behind", async () => {
    const { base } = await serve((_body, _request, response) => response.end('{"result":{}}'));
    let open = 0;
    const clock = {
      now: () => 0,
      after: () => {
        open++;
        return () => {
          open--;
        };
      },
    };
    await transportTo(base, { clock })("publish", "{}");
    assert.equal(open, 0);
  });
});
