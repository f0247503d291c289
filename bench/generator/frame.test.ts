import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type WebSocket, WebSocketServer } from "ws";
import { maskedFrame, serverTextFrame, upgradeRequest } from "./frame.ts";

describe("a frame", () => {
  it("uses the shortest length field that fits", () => {
    assert.equal(serverTextFrame("x".repeat(125)).length, 2 + 125);
    assert.equal(serverTextFrame("x".repeat(126)).length, 4 + 126);
    assert.equal(serverTextFrame("x".repeat(65_535)).length, 4 + 65_535);
    assert.equal(serverTextFrame("x".repeat(65_536)).length, 10 + 65_536);
  });

  it("from a client differs from a server's by the mask bit, the mask and the masked bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const masked = maskedFrame(text);
        const plain = serverTextFrame(text);
        const headerLength = plain.length - Buffer.byteLength(text);
        assert.equal(masked.length, plain.length + 4);
        assert.equal(masked[1], (plain[1] ?? 0) | 0x80);
        const mask = masked.subarray(headerLength, headerLength + 4);
        const body = masked.subarray(headerLength + 4).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
        assert.ok(Buffer.from(body).equals(plain.subarray(headerLength)));
      }),
    );
  });

  it("is understood by an independent WebSocket server, after the upgrade request", async () => {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const { port } = http.address() as AddressInfo;
    const client = connect(port, "127.0.0.1");
    client.write(upgradeRequest(`127.0.0.1:${port}`, "/any"));
    const [socket] = (await once(server, "connection")) as [WebSocket];
    const texts = ["{}", "x".repeat(125), "ñ".repeat(100), "x".repeat(70_000)];
    const received: string[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        received.push(String(data));
        if (received.length === texts.length) resolve();
      });
    });
    for (const text of texts) client.write(maskedFrame(text));
    await all;
    assert.deepEqual(received, texts);
    client.destroy();
    socket.terminate();
    server.close();
    http.close();
    await once(http, "close");
  });
});
