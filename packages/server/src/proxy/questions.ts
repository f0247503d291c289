import type {
  Asker,
  ConnectQuestion,
  Payload,
  PublishQuestion,
  RefreshQuestion,
  RpcQuestion,
  SubRefreshQuestion,
  SubscribeQuestion,
} from "../hub/index.ts";
import { jsonOrBytes } from "../kit/json-or-bytes.ts";

/** How questions are written for one backend. */
export interface Writing {
  /** Payloads travel as base64. */
  readonly binary: boolean;
  /** The connection's `meta` is told. */
  readonly meta: boolean;
}

/** The body of each question: JSON with Centrifugo's names, and the tenant. */
export interface Questions {
  connect(question: ConnectQuestion): string;
  refresh(question: RefreshQuestion): string;
  subscribe(question: SubscribeQuestion): string;
  subRefresh(question: SubRefreshQuestion): string;
  publish(question: PublishQuestion): string;
  rpc(question: RpcQuestion): string;
}

export function createQuestions({ binary, meta }: Writing): Questions {
  const base = ({ client, transport, format }: Asker): Record<string, unknown> => ({
    client,
    transport,
    protocol: /proto/.test(format) ? "protobuf" : "json",
    encoding: binary ? "binary" : "json",
  });

  function about(asker: Asker): Record<string, unknown> {
    const { tenant, user, labels } = asker;
    return { ...base(asker), tenant, user, ...(labels ? { labels } : {}) };
  }

  const metaOf = (asker: Asker): Members => ({ ...(meta && asker.meta !== undefined ? { meta: asker.meta } : {}) });

  function dataOf(data: Payload | undefined): Members {
    if (data === undefined || data.length === 0) return {};
    const text = typeof data === "string" ? data : jsonOrBytes(data);
    if (!binary && typeof text === "string") return { data: text };
    return { b64data: JSON.stringify(Buffer.from(data).toString("base64")) };
  }

  return {
    connect: ({ asker, name, version, channels, data }) =>
      write({ ...base(asker), ...withoutEmpty({ name, version, channels }) }, dataOf(data)),
    refresh: ({ asker }) => write(about(asker), metaOf(asker)),
    subscribe: ({ asker, channel, data }) => write({ ...about(asker), channel }, metaOf(asker), dataOf(data)),
    subRefresh: ({ asker, channel }) => write({ ...about(asker), channel }, metaOf(asker)),
    publish: ({ asker, channel, data }) => write({ ...about(asker), channel }, metaOf(asker), dataOf(data)),
    rpc: ({ asker, method, data }) => write({ ...about(asker), method }, metaOf(asker), dataOf(data)),
  };
}

/** Members whose values are JSON text already, so that numbers stay as the client wrote them. */
type Members = Readonly<Record<string, string>>;

function write(fields: Record<string, unknown>, ...members: readonly Members[]): string {
  let json = JSON.stringify(fields);
  for (const each of members) {
    for (const [name, text] of Object.entries(each)) json = `${json.slice(0, -1)},"${name}":${text}}`;
  }
  return json;
}

const withoutEmpty = (fields: Record<string, string | readonly string[]>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value.length > 0));
