import type { Frame } from "../../../hub/index.ts";
import { connectRaw, type RawClient } from "../../../listeners/raw-client.contract.ts";
import type { TestHub } from "../../../testing.ts";
import { type ClientOptions, Refusal } from "../../door-ground.fixture.ts";
import type { Wire, WireConnect, WireForm } from "./wire.fixture.ts";

export interface StreamWireOptions extends ClientOptions {
  readonly form: WireForm;
  /** The request that opens the stream, with the first frame in it. */
  request(first: Frame): StreamRequest;
}

export interface StreamRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Frame;
  readonly chunks?: boolean;
}

/** How long a request beside the stream may take. */
const PATIENCE_MS = 10_000;

/**
 * A response without an end, and further commands in requests of their own. These leave one after the other, each with
 * what has gathered in the meantime: so they keep their order.
 */
export function createStreamWire({ url }: TestHub, { form, request, origin }: StreamWireOptions): Wire {
  const welcome = Promise.withResolvers<WireConnect>();
  let raw: RawClient | undefined;
  let opening: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let gathering: { readonly frames: Frame[]; readonly sent: Promise<void> } | undefined;

  async function open(first: Frame): Promise<void> {
    const headers = { "Content-Type": form.contentType, ...(origin === undefined ? {} : { Origin: origin }) };
    const client = await connectRaw({ port: Number(new URL(url).port), stream: true, headers, ...request(first) });
    if (client.status === 200) raw = client;
    else {
      client.socket.destroy();
      throw new Refusal(client.status, client.head);
    }
  }

  async function post(frames: readonly Frame[]): Promise<void> {
    const body = Buffer.from(form.emulation(await welcome.promise, form.join(frames)));
    const headers = { "content-type": form.contentType };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { status } = await fetch(`${url}/emulation`, { method: "POST", headers, body, signal }).catch(
      (error: unknown) => {
        throw new Refusal(0, String(error));
      },
    );
    if (status !== 204) throw new Refusal(status, "the commands were not taken");
  }

  function gather(frame: Frame): Promise<void> {
    if (!gathering) {
      const frames: Frame[] = [];
      const sent = last.then(() => {
        gathering = undefined;
        return post(frames);
      });
      last = sent.catch(() => {});
      gathering = { frames, sent };
    }
    gathering.frames.push(frame);
    return gathering.sent;
  }

  return {
    async send(frame) {
      if (!opening) {
        opening = open(frame);
        return opening;
      }
      await opening;
      return gather(frame);
    },
    connected: welcome.resolve,
    get raw() {
      return raw;
    },
  };
}
