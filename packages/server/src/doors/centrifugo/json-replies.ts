import type { ConnectResult, HistoryPage, RefreshResult, SubscribeResult } from "../../hub/index.ts";
import { embed, encodeInfo, encodePublication } from "./json-encoder.ts";
import type { Result } from "./messages.ts";

/** The field of a reply that carries the result: present even when it is empty, zero values left out (reference 2.1). */
export function encodeResult(result: Result): string {
  return `"${result.type}":${encodeBody(result)}`;
}

function encodeBody(result: Result): string {
  switch (result.type) {
    case "connect":
      return encodeConnect(result.result);
    case "subscribe":
      return encodeSubscribe(result.result);
    case "unsubscribe":
    case "publish":
    case "ping":
      return "{}";
    case "presence": {
      const entries = result.clients.map((info) => `"${info.client}":${encodeInfo(info)}`);
      return `{"presence":{${entries.join(",")}}}`;
    }
    case "presence_stats":
      return JSON.stringify(withoutZeros({ num_clients: result.clients, num_users: result.users }));
    case "history":
      return encodeHistory(result.page);
    case "rpc":
      return `{"data":${embed(result.data)}}`;
    case "refresh": {
      const { client, version } = result;
      return JSON.stringify({ client, version, ...lifetime(result.result) });
    }
    case "sub_refresh":
      return JSON.stringify(lifetime(result.result));
  }
}

const withoutZeros = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== "" && value !== false));

const lifetime = ({ expires, ttl }: RefreshResult): Record<string, unknown> => withoutZeros({ expires, ttl });

function encodeConnect(result: ConnectResult): string {
  const { client, version, expires, ttl, ping, pong, session, node, time } = result;
  const fields = withoutZeros({ client, version, expires, ttl, ping, pong, session, node, ...(time ? { time } : {}) });
  const json = JSON.stringify(fields);
  if (result.subscriptions.size === 0) return json;
  const subs = [...result.subscriptions].map(([name, each]) => `${JSON.stringify(name)}:${encodeSubscribe(each)}`);
  return `${json.slice(0, -1)},"subs":{${subs.join(",")}}}`;
}

function encodeSubscribe(result: SubscribeResult): string {
  const { expires, ttl, recoverable, positioned, position, wasRecovering, recovered, publications, data } = result;
  const fields = withoutZeros({
    expires,
    ttl,
    recoverable,
    epoch: position?.epoch ?? "",
    offset: position?.offset ?? 0,
    positioned,
    recovered,
    was_recovering: wasRecovering,
  });
  const parts = [JSON.stringify(fields).slice(1, -1)].filter((part) => part !== "");
  if (publications.length > 0)
    parts.push(`"publications":[${publications.map((p) => encodePublication(p)).join(",")}]`);
  if (data !== undefined) parts.push(`"data":${embed(data)}`);
  return `{${parts.join(",")}}`;
}

function encodeHistory({ publications, top }: HistoryPage): string {
  const parts = [`"epoch":${JSON.stringify(top.epoch)}`];
  if (top.offset > 0) parts.push(`"offset":${top.offset}`);
  if (publications.length > 0)
    parts.unshift(`"publications":[${publications.map((p) => encodePublication(p)).join(",")}]`);
  return `{${parts.join(",")}}`;
}
