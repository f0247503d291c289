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
  | "threeFormats"
  | "wsJsonFeed"
  | "wsDelta"
  | "wsDeflate";

/** One row of the table of formats: who listens, where, and to what. */
export interface FormatCase {
  readonly id: FormatId;
  readonly title: string;
  /** Subscribers are split over them. */
  readonly dialects: readonly Dialect[];
  readonly channel: string;
  /** "plain": the payload of the fan-out measure. "feed": a record in which little changes. */
  readonly payload: "plain" | "feed";
}

/** The formats of the row that splits the subscribers: those that carry the marker as it is. */
export const splitFormats: readonly FormatId[] = ["wsJson", "wsProtobuf", "sse"];

export const formatCases: readonly FormatCase[] = [
  plain("wsJson", "WebSocket, JSON", centrifugoJson),
  plain("wsProtobuf", "WebSocket, Protobuf", centrifugoProtobuf),
  plain("sse", "SSE, JSON", centrifugoSse),
  plain("httpStream", "HTTP stream, JSON", centrifugoHttpStream),
  plain("threeFormats", "the first three at once, a third each", centrifugoJson, centrifugoProtobuf, centrifugoSse),
  feed("wsJsonFeed", "WebSocket, JSON", centrifugoJson, liveChannel),
  feed("wsDelta", "WebSocket, JSON, delta", centrifugoDelta, deltaChannel),
  feed("wsDeflate", "WebSocket, JSON, permessage-deflate", centrifugoDeflate, liveChannel),
];

function plain(id: FormatId, title: string, ...dialects: readonly Dialect[]): FormatCase {
  return { id, title, dialects, channel: liveChannel, payload: "plain" };
}

function feed(id: FormatId, title: string, ...[dialect, channel]: readonly [Dialect, string]): FormatCase {
  return { id, title, dialects: [dialect], channel, payload: "feed" };
}
