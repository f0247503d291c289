import assert from "node:assert/strict";
import { it } from "node:test";
import { socketAddress } from "./socket-address.ts";

const addresses: readonly [written: string, page: string, meant: string][] = [
  ["localhost:3001", "http:", "ws://localhost:3001/ws"],
  ["localhost:3001", "https:", "wss://localhost:3001/ws"],
  ["wss://api.tudominio.com", "http:", "wss://api.tudominio.com/ws"],
  ["ws://api.tudominio.com", "https:", "ws://api.tudominio.com/ws"],
  ["https://api.tudominio.com", "http:", "wss://api.tudominio.com/ws"],
  ["http://localhost:3001/", "http:", "ws://localhost:3001/ws"],
  ["wss://api.tudominio.com/live/ws", "http:", "wss://api.tudominio.com/live/ws"],
  ["api.tudominio.com", "https:", "wss://api.tudominio.com/ws"],
];

for (const [written, page, meant] of addresses) {
  it(`takes ${written} on a page of ${page} for ${meant}`, () => assert.equal(socketAddress(written, page), meant));
}

it("refuses what is no address", () => assert.throws(() => socketAddress("ws://"), TypeError));
