import { channels, history, info, type NodeInfo, presence, presenceStats } from "../../hub/index.ts";
import { type Method, method } from "../method.ts";
import { about, flag, integer, object, optional, text } from "../shape.ts";
import { clientInfoJson, historyJson, historySchema, missingNodes, missingOf, presenceSchema } from "../values.ts";

const count = { type: "integer", minimum: 0 };

/** A tenant is told nothing of the process. */
const nodeOf = (node: NodeInfo): unknown => ({
  uid: node.uid,
  name: node.name,
  version: node.version,
  num_clients: node.clients,
  num_users: node.users,
  num_subs: node.subscriptions,
  num_channels: node.channels,
  uptime: node.uptime,
  ...(node.draining ? { draining: true } : {}),
  ...(node.rssBytes > 0 ? { process: { cpu: node.cpuPercent, rss: node.rssBytes, loop_lag_ms: node.lagMs } } : {}),
});

export const reading: readonly Method[] = [
  method({
    name: "presence",
    summary: "Who is in a channel now.",
    scope: "read",
    request: { channel: text },
    result: presenceSchema,
    async run(hub, caller, { channel }) {
      const infos = await presence(hub, caller, channel);
      const entries = infos.map((info) => `${JSON.stringify(info.client)}:${clientInfoJson(info)}`);
      return `{"presence":{${entries.join(",")}}}`;
    },
  }),

  method({
    name: "presence_stats",
    summary: "How many connections and distinct users are in a channel now.",
    scope: "read",
    request: { channel: text },
    result: {
      type: "object",
      properties: { num_clients: count, num_users: count },
      required: ["num_clients", "num_users"],
    },
    async run(hub, caller, { channel }) {
      const { clients, users } = await presenceStats(hub, caller, channel);
      return `{"num_clients":${clients},"num_users":${users}}`;
    },
  }),

  method({
    name: "history",
    summary: "Publications that a channel keeps, and where it stands.",
    scope: "read",
    request: {
      channel: text,
      limit: about(optional(integer(-1), 0), "0 for only the position, -1 for everything."),
      since: about(optional(object({ offset: integer(0), epoch: optional(text, "") })), "Begin after this one."),
      reverse: about(optional(flag, false), "The latest first."),
    },
    result: historySchema,
    async run(hub, caller, { channel, limit, since, reverse }) {
      return historyJson(await history(hub, caller, { channel, limit, reverse, ...(since ? { since } : {}) }));
    },
  }),

  method({
    name: "channels",
    summary: "Channels that have subscribers now.",
    scope: "read",
    request: {
      pattern: about(optional(text, ""), "* stands for any text, ? for one character; empty for all."),
      limit: about(
        optional(integer(0), 0),
        "At most so many, and never more than 10,000; without it all, up to 100,000.",
      ),
      cursor: about(optional(text, ""), "From an earlier page: go on after it."),
    },
    result: {
      type: "object",
      properties: {
        channels: {
          type: "object",
          additionalProperties: { type: "object", properties: { num_clients: count }, required: ["num_clients"] },
        },
        cursor: { type: "string", description: "Where the next page begins; absent after the last one." },
        ...missingNodes,
      },
      required: ["channels"],
    },
    async run(hub, caller, request) {
      const page = await channels(hub, caller, request);
      const entries = [...page.channels].map(([name, clients]) => [name, { num_clients: clients }] as const);
      return JSON.stringify({
        channels: Object.fromEntries(entries),
        ...(page.cursor === "" ? {} : { cursor: page.cursor }),
        ...missingOf(page.missing),
      });
    },
  }),

  method({
    name: "info",
    summary: "The nodes and how busy they are; for the key of a tenant, with its own part of that.",
    scope: "read",
    request: {},
    result: {
      type: "object",
      properties: {
        nodes: {
          type: "array",
          items: {
            type: "object",
            properties: {
              uid: { type: "string" },
              name: { type: "string" },
              version: { type: "string" },
              num_clients: count,
              num_users: count,
              num_subs: count,
              num_channels: count,
              uptime: { ...count, description: "Seconds." },
              draining: { type: "boolean", description: "It sends its clients away; absent otherwise." },
              process: {
                type: "object",
                properties: {
                  cpu: { type: "number", description: "Of one core, in percent." },
                  rss: { ...count, description: "Bytes." },
                  loop_lag_ms: { type: "number", description: "The longest delay of its event loop in ten seconds." },
                },
              },
            },
          },
        },
        ...missingNodes,
      },
      required: ["nodes"],
    },
    async run(hub, caller) {
      const { nodes, missing } = await info(hub, caller);
      return JSON.stringify({ nodes: nodes.map(nodeOf), ...missingOf(missing) });
    },
  }),
];
