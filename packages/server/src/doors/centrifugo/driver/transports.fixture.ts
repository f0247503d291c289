import type { Frame } from "../../../hub/index.ts";
import type { DoorContractOptions } from "../../door.contract.ts";
import type { DoorDriver } from "../../door-ground.fixture.ts";
import { jsonForm, jsonGarbage } from "./json-form.fixture.ts";
import { protobufForm, protobufGarbage } from "./protobuf-form.fixture.ts";
import { createStreamWire, type StreamRequest } from "./stream-wire.fixture.ts";
import { createWebSocketWire } from "./websocket-wire.fixture.ts";
import type { WireForm } from "./wire.fixture.ts";
import { WireClient } from "./wire-client.fixture.ts";

type Garbage = DoorDriver["garbage"];

const overWebSocket = (form: WireForm, query: string, garbage: Garbage): DoorContractOptions => ({
  driver: {
    client: (server, options) => new WireClient(createWebSocketWire(server, { ...options, query }), form),
    tooLarge: 1009,
    garbage,
  },
});

const spoken = "the first commands are part of the request: nobody opens a connection and says nothing";

interface Streaming {
  readonly config: NonNullable<DoorDriver["config"]>;
  readonly garbage: Garbage;
  request(first: Frame): StreamRequest;
}

const overStream = (form: WireForm, { config, garbage, request }: Streaming): DoorContractOptions => ({
  driver: {
    config,
    client: (server, options) => new WireClient(createStreamWire(server, { ...options, form, request }), form),
    tooLarge: 413,
    garbage,
  },
  declines: {
    "A client that does not say in time who it is is sent away": spoken,
    "While a node stops those who have not said who they are are sent elsewhere": spoken,
  },
});

/** What fits into the requests beside a stream, which are JSON themselves. */
const texts: Garbage = Object.fromEntries(Object.entries(jsonGarbage).filter(([, frame]) => typeof frame === "string"));
/** What fits into an address, too. */
const shortTexts: Garbage = Object.fromEntries(Object.entries(texts).filter(([, frame]) => frame.length < 1_000));

const httpStream = { http_stream: { enabled: true } };
const httpStreamRequest = (body: Frame): StreamRequest => ({ method: "POST", path: "/connection/http_stream", body });

/** The transports that a session may have, each with the formats that it has. */
export const transports: Readonly<Record<string, DoorContractOptions>> = {
  "JSON over WebSocket": overWebSocket(jsonForm, "", jsonGarbage),
  "Protobuf over WebSocket": overWebSocket(protobufForm, "?cf_protocol=protobuf", protobufGarbage),
  "JSON over http_stream": overStream(jsonForm, { config: httpStream, garbage: texts, request: httpStreamRequest }),
  "Protobuf over http_stream": overStream(protobufForm, {
    config: httpStream,
    garbage: protobufGarbage,
    request: (body) => ({ ...httpStreamRequest(body), chunks: true }),
  }),
  "JSON over SSE": overStream(jsonForm, {
    config: { sse: { enabled: true } },
    garbage: shortTexts,
    request: (first) => ({ method: "GET", path: `/connection/sse?cf_connect=${encodeURIComponent(String(first))}` }),
  }),
};
