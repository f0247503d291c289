import type { ClientInfo, ControlMessage, Payload, Publication } from "../../hub/index.ts";
import { BytesReader, BytesWriter, MalformedBytes } from "./bytes.ts";

/** What travels through Redis and lies in it. README.md has the layout; the first byte says format and kind. */
export type Envelope =
  /** `epoch` is empty for a publication without a place in a stream. */
  | { readonly kind: "publication"; readonly publication: Publication; readonly epoch: string }
  | { readonly kind: "join" | "leave"; readonly info: ClientInfo }
  | { readonly kind: "control"; readonly from: string; readonly message: ControlMessage };

/** Who is present, and which node said so. */
export interface Presence {
  readonly node: string;
  readonly info: ClientInfo;
  /** Milliseconds of Redis' own clock. */
  readonly until: number;
}

const FORMAT = 0x10;
const PUBLICATION = FORMAT | 1;
const JOIN = FORMAT | 2;
const LEAVE = FORMAT | 3;
const CONTROL = FORMAT | 4;
/** Offset and epoch, then a whole publication; put together by scripts/publish-3.lua. */
const PLACED = FORMAT | 5;
const PRESENCE = FORMAT | 6;

const HAS_BYTES = 1;
const HAS_TAGS = 2;
const HAS_INFO = 4;
const HAS_CHANNEL = 8;
const IS_DELTA = 16;

const INFO_CONN = 1;
const INFO_CONN_BYTES = 2;
const INFO_CHAN = 4;
const INFO_CHAN_BYTES = 8;

/** Without its offset, which only Redis knows. */
export function encodePublication({ data, tags, info, channel, delta }: Publication): Buffer {
  const writer = new BytesWriter();
  writer.byte(PUBLICATION);
  writer.byte(
    (typeof data === "string" ? 0 : HAS_BYTES) |
      (tags ? HAS_TAGS : 0) |
      (info ? HAS_INFO : 0) |
      (channel === undefined ? 0 : HAS_CHANNEL) |
      (delta ? IS_DELTA : 0),
  );
  if (tags) {
    const entries = Object.entries(tags);
    writer.count(entries.length);
    for (const [name, value] of entries) {
      writer.text(name);
      writer.text(value);
    }
  }
  if (info) writeInfo(writer, info);
  if (channel !== undefined) writer.text(channel);
  writer.rest(data);
  return writer.finish();
}

export function encodeArrival(kind: "join" | "leave", info: ClientInfo): Buffer {
  const writer = new BytesWriter();
  writer.byte(kind === "join" ? JOIN : LEAVE);
  writeInfo(writer, info);
  return writer.finish();
}

export function encodeControl(message: ControlMessage, from: string): Buffer {
  const writer = new BytesWriter();
  writer.byte(CONTROL);
  writer.text(from);
  writer.rest(JSON.stringify(message));
  return writer.finish();
}

/** Without its end, which scripts/presence-add-2.lua puts in front. */
export function encodePresence(node: string, info: ClientInfo): Buffer {
  const writer = new BytesWriter();
  writer.byte(PRESENCE);
  writer.text(node);
  writeInfo(writer, info);
  return writer.finish();
}

/** Undefined for what no node of this version has written. */
export function decodeEnvelope(bytes: Buffer): Envelope | undefined {
  return decoded(bytes, (reader) => {
    const kind = reader.byte();
    switch (kind) {
      case PUBLICATION:
        return { kind: "publication", publication: readPublication(reader, 0), epoch: "" };
      case PLACED: {
        const offset = reader.long();
        const epoch = reader.text();
        if (reader.byte() !== PUBLICATION) throw new MalformedBytes();
        return { kind: "publication", publication: readPublication(reader, offset), epoch };
      }
      case JOIN:
      case LEAVE:
        return { kind: kind === JOIN ? "join" : "leave", info: readInfo(reader) };
      case CONTROL: {
        const from = reader.text();
        return { kind: "control", from, message: JSON.parse(reader.rest().toString()) };
      }
      default:
        return undefined;
    }
  });
}

/** A publication as it lies in a stream. */
export function decodePublication(bytes: Buffer, offset: number): Publication | undefined {
  return decoded(bytes, (reader) => (reader.byte() === PUBLICATION ? readPublication(reader, offset) : undefined));
}

export function decodePresence(bytes: Buffer): Presence | undefined {
  return decoded(bytes, (reader) => {
    const until = reader.long();
    if (reader.byte() !== PRESENCE) return undefined;
    return { until, node: reader.text(), info: readInfo(reader) };
  });
}

function decoded<T>(bytes: Buffer, read: (reader: BytesReader) => T): T | undefined {
  try {
    return read(new BytesReader(bytes));
  } catch (error) {
    if (error instanceof MalformedBytes || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function writeInfo(writer: BytesWriter, { user, client, connInfo, chanInfo }: ClientInfo): void {
  writer.byte(
    (connInfo === undefined ? 0 : INFO_CONN) |
      (connInfo instanceof Uint8Array ? INFO_CONN_BYTES : 0) |
      (chanInfo === undefined ? 0 : INFO_CHAN) |
      (chanInfo instanceof Uint8Array ? INFO_CHAN_BYTES : 0),
  );
  writer.text(user);
  writer.text(client);
  if (connInfo !== undefined) writer.text(connInfo);
  if (chanInfo !== undefined) writer.text(chanInfo);
}

function readInfo(reader: BytesReader): ClientInfo {
  const flags = reader.byte();
  const user = reader.text();
  const client = reader.text();
  return {
    user,
    client,
    ...(flags & INFO_CONN ? { connInfo: payloadOf(reader.bytes(), flags & INFO_CONN_BYTES) } : {}),
    ...(flags & INFO_CHAN ? { chanInfo: payloadOf(reader.bytes(), flags & INFO_CHAN_BYTES) } : {}),
  };
}

function readPublication(reader: BytesReader, offset: number): Publication {
  const flags = reader.byte();
  const tags = flags & HAS_TAGS ? readTags(reader) : undefined;
  const info = flags & HAS_INFO ? readInfo(reader) : undefined;
  const channel = flags & HAS_CHANNEL ? reader.text() : undefined;
  return {
    data: payloadOf(reader.rest(), flags & HAS_BYTES),
    offset,
    ...(tags && { tags }),
    ...(info && { info }),
    ...(flags & IS_DELTA ? { delta: true } : {}),
    ...(channel === undefined ? {} : { channel }),
  };
}

function readTags(reader: BytesReader): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (let left = reader.count(); left > 0; left--) entries.push([reader.text(), reader.text()]);
  return Object.fromEntries(entries);
}

/** Bytes are copied: a view would keep all that arrived together with it. */
const payloadOf = (bytes: Buffer, isBytes: number): Payload => (isBytes ? Uint8Array.from(bytes) : bytes.toString());
