import type { Frame } from "../../../hub/index.ts";
import { connectRaw, type RawClient } from "../../../listeners/raw-client.contract.ts";
import type { TestHub } from "../../../testing.ts";
import { type ClientOptions, Refusal } from "../../door-ground.fixture.ts";
import type { Wire } from "./wire.fixture.ts";

export interface WebSocketWireOptions extends ClientOptions {
  /** What the address says about the format. */
  readonly query: string;
}

export function createWebSocketWire({ websocketUrl }: TestHub, { query, origin }: WebSocketWireOptions): Wire {
  let raw: RawClient | undefined;
  let opening: Promise<RawClient> | undefined;

  async function connect(): Promise<RawClient> {
    const { port, pathname } = new URL(websocketUrl);
    const headers = origin === undefined ? {} : { Origin: origin };
    const client = await connectRaw({ port: Number(port), path: pathname + query, headers });
    if (client.status === 101) return client;
    client.socket.destroy();
    throw new Refusal(client.status, client.head);
  }

  async function open(): Promise<RawClient> {
    opening ??= connect();
    raw = await opening;
    return raw;
  }

  return {
    async open() {
      await open();
    },
    async send(frame: Frame) {
      (raw ?? (await open())).send(frame);
    },
    connected() {},
    get raw() {
      return raw;
    },
  };
}
