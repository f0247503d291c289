import type { HistoryPage, RefreshResult } from "../../hub/index.ts";
import { embed, encodeConnect, encodeInfo, encodePublication, encodeSubscribe, withoutZeros } from "./json-values.ts";
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

const lifetime = ({ expires, ttl }: RefreshResult): Record<string, unknown> => withoutZeros({ expires, ttl });

function encodeHistory({ publications, top }: HistoryPage): string {
  const parts = [`"epoch":${JSON.stringify(top.epoch)}`];
  if (top.offset > 0) parts.push(`"offset":${top.offset}`);
  if (publications.length > 0)
    parts.unshift(`"publications":[${publications.map((p) => encodePublication(p)).join(",")}]`);
  return `{${parts.join(",")}}`;
}
