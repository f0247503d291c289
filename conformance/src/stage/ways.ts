import { Centrifuge, type Options, type TransportName } from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import { FetchedEvents } from "./event-source.ts";

/** One transport with one format, as the official client uses it. */
export interface Way {
  readonly name: string;
  /** Commands travel in requests of their own, which may overtake each other. */
  readonly overtaking?: true;
  /** A client of the server whose WebSocket endpoint has this URL. */
  client(websocketUrl: string, options: Partial<Options>): Centrifuge;
}

export const jsonOverWebSocket: Way = {
  name: "JSON over WebSocket",
  client: (url, options) => new Centrifuge(url, options),
};

/** Transports with responses without an end, where further commands go to the emulation endpoint. */
const emulated = (
  transport: TransportName,
  url: string,
): [[{ transport: TransportName; endpoint: string }], string] => {
  const base = new URL(url).origin.replace(/^ws/, "http");
  return [[{ transport, endpoint: `${base}/connection/${transport}` }], `${base}/emulation`];
};

const jsonOver = (transport: TransportName): Way => ({
  name: `JSON over ${transport}`,
  overtaking: true,
  client(url, options) {
    const [transports, emulationEndpoint] = emulated(transport, url);
    return new Centrifuge(transports, { ...options, emulationEndpoint, eventsource: FetchedEvents });
  },
});

/** Every way in which the official client speaks to a server. */
export const everyWay: readonly Way[] = [
  jsonOverWebSocket,
  jsonOver("http_stream"),
  jsonOver("sse"),
  {
    name: "Protobuf over WebSocket",
    client: (url, options) => withJsonPayloads(new ProtobufCentrifuge(url, options)),
  },
  {
    name: "Protobuf over http_stream",
    overtaking: true,
    client(url, options) {
      const [transports, emulationEndpoint] = emulated("http_stream", url);
      return withJsonPayloads(new ProtobufCentrifuge(transports, { ...options, emulationEndpoint }));
    },
  },
];

type Message = Record<string, unknown>;

interface ProtobufCodec {
  encodeCommands(commands: readonly Message[]): Uint8Array;
  decodeReplies(data: Uint8Array): readonly Message[];
}

const PAYLOADS = new Set(["data", "conn_info", "chan_info", "connInfo", "chanInfo"]);

/** An application that puts JSON into the bytes of Protobuf, so that the same tests hold for both formats. */
function withJsonPayloads(client: object): Centrifuge {
  const codec = Reflect.get(client, "_codec") as ProtobufCodec;
  const wrapped: ProtobufCodec = Object.assign(Object.create(codec), {
    encodeCommands: (commands: readonly Message[]) =>
      codec.encodeCommands(commands.map((each) => convert(each, toBytes))),
    decodeReplies: (data: Uint8Array) => codec.decodeReplies(data).map((each) => convert(each, fromBytes)),
  });
  Reflect.set(client, "_codec", wrapped);
  return client as Centrifuge;
}

function convert(message: Message, payload: (value: unknown) => unknown): Message {
  for (const [name, value] of Object.entries(message)) {
    if (PAYLOADS.has(name)) message[name] = payload(value);
    else if (typeof value === "object" && value !== null) convert(value as Message, payload);
  }
  return message;
}

const toBytes = (value: unknown): unknown =>
  value instanceof Uint8Array || value === undefined || value === null
    ? value
    : new TextEncoder().encode(JSON.stringify(value));

const fromBytes = (value: unknown): unknown =>
  value instanceof Uint8Array && value.length > 0 ? JSON.parse(new TextDecoder().decode(value)) : undefined;
