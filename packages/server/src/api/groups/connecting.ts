import { type ConnectionInfo, connections, HubError, type SubscriptionSource } from "../../hub/index.ts";
import { type Method, method } from "../method.ts";
import { about, filter, integer, optional, type Schema, text } from "../shape.ts";
import { missingNodes, missingOf } from "../values.ts";

/** The numbers by which Centrifugo says why a subscription is there. */
const sources: Readonly<Record<SubscriptionSource, number>> = {
  role: 0,
  connectionToken: 1,
  subscriptionToken: 3,
  application: 4,
  userLimited: 5,
  namespace: 6,
  insecure: 7,
  personal: 9,
  serverApi: 10,
  capability: 11,
};

const string = { type: "string" };
const number = { type: "integer" };
const token: Schema = { type: "object", properties: { uid: string, issued_at: number } };

const tokenOf = ({ uid, issuedAt }: { readonly uid: string; readonly issuedAt: number }): unknown => ({
  ...(uid === "" ? {} : { uid }),
  ...(issuedAt === 0 ? {} : { issued_at: issuedAt }),
});

const mapped = <T>(record: Readonly<Record<string, T>>, change: (value: T) => unknown): unknown =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

function connectionOf(info: ConnectionInfo): unknown {
  return {
    app_name: info.name,
    app_version: info.version,
    transport: info.transport,
    protocol: info.format.includes("protobuf") ? "protobuf" : "json",
    user: info.user,
    state: {
      channels: mapped(info.channels, (source) => ({ source: sources[source] })),
      ...(info.token ? { connection_token: tokenOf(info.token) } : {}),
      subscription_tokens: mapped(info.subscriptionTokens, tokenOf),
      ...(info.meta === undefined ? {} : { meta: JSON.parse(info.meta) as unknown }),
    },
    connected_at_ms: info.connectedAtMs,
    ping_pong_latency_ms: Math.round(info.roundTripMs),
    labels: info.labels ?? {},
  };
}

const connection: Schema = {
  type: "object",
  properties: {
    app_name: string,
    app_version: string,
    transport: string,
    protocol: string,
    user: string,
    state: {
      type: "object",
      properties: {
        channels: { type: "object", additionalProperties: { type: "object", properties: { source: number } } },
        connection_token: token,
        subscription_tokens: { type: "object", additionalProperties: token },
        meta: { description: "What the credential says for the server alone." },
      },
    },
    connected_at_ms: number,
    ping_pong_latency_ms: { ...number, description: "0 before the first answer to a ping." },
    labels: { type: "object", additionalProperties: string },
  },
};

export const connecting: readonly Method[] = [
  method({
    name: "connections",
    summary: "Who is connected now, in pages.",
    scope: "read",
    request: {
      user: about(optional(text, ""), "Without it, everybody's."),
      expression: about(optional(text, ""), "Not offered: use label_filter."),
      label_filter: optional(filter),
      limit: about(optional(integer(0), 0), "At most so many, and never more than 1000."),
      cursor: about(optional(text, ""), "From an earlier page: go on after it."),
    },
    result: {
      type: "object",
      properties: {
        connections: { type: "object", additionalProperties: connection, description: "By client id." },
        cursor: { ...string, description: "Where the next page begins; absent after the last one." },
        ...missingNodes,
      },
      required: ["connections"],
    },
    async run(hub, caller, { user, expression, label_filter: labels, limit, cursor }) {
      if (expression !== "") throw new HubError("notAvailable", "expressions are not offered; use label_filter");
      const page = await connections(hub, caller, { user, limit, cursor, ...(labels ? { labels } : {}) });
      return JSON.stringify({
        connections: Object.fromEntries(page.connections.map((info) => [info.client, connectionOf(info)])),
        ...(page.cursor === "" ? {} : { cursor: page.cursor }),
        ...missingOf(page.missing),
      });
    },
  }),
];
