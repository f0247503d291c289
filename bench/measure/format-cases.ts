import {
  centrifugoDeflate,
  centrifugoDelta,
  centrifugoHttpStream,
  centrifugoJson,
  centrifugoProtobuf,
  centrifugoSse,
  type Dialect,
} from "../generator/dialect.ts";
import { deltaChannel, liveChannel } from "../servers/target.ts";

export type FormatId =
  | "wsJson"
  | "wsProtobuf"
  | "sse"
  | "httpStream"
  | "feedJson"
  | "feedProtobuf"
  | "feedDelta"
  | "feedSplit"
  | "feedDeflate";

/** One row of the table of formats: who listens, where, and to what. */
export interface FormatCase {
  readonly id: FormatId;
  readonly title: string;
  /** Subscribers are split over them. */
  readonly dialects: readonly Dialect[];
  readonly channel: string;
  /** "plain": the payload of the fan-out measure. "feed": a record in which little changes. */
  readonly payload: "plain" | "feed";
  /** Where the subscribers are split: the rows in which they all use one of these formats. */
  readonly alone?: readonly FormatId[];
}

export const formatCases: readonly FormatCase[] = [
  plain("wsJson", "WebSocket, JSON", centrifugoJson),
  plain("wsProtobuf", "WebSocket, Protobuf", centrifugoProtobuf),
  plain("sse", "SSE, JSON", centrifugoSse),
  plain("httpStream", "HTTP stream, JSON", centrifugoHttpStream),
  feed("feedJson", "WebSocket, JSON", centrifugoJson),
  feed("feedProtobuf", "WebSocket, Protobuf", centrifugoProtobuf),
  feed("feedDelta", "WebSocket, JSON, delta", centrifugoDelta),
  {
    ...feed("feedSplit", "these three at once, a third each", centrifugoJson, centrifugoProtobuf, centrifugoDelta),
    alone: ["feedJson", "feedProtobuf", "feedDelta"],
  },
  feed("feedDeflate", "WebSocket, JSON, permessage-deflate", centrifugoDeflate),
];

function plain(id: FormatId, title: string, dialect: Dialect): FormatCase {
  return { id, title, dialects: [dialect], channel: liveChannel, payload: "plain" };
}

function feed(id: FormatId, title: string, ...dialects: readonly Dialect[]): FormatCase {
  return { id, title, dialects, channel: deltaChannel, payload: "feed" };
}
