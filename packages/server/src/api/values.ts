import type { ClientInfo, HistoryPage, NodeRef, Payload, Position, Publication } from "../hub/index.ts";
import type { Schema } from "./shape.ts";

/** Domain values as JSON text; payloads go in as they are, so nothing in them is parsed or changed. */

/** Bytes have no place of their own in a reply: they are a base64 string where JSON would stand. */
export const payloadJson = (payload: Payload): string =>
  typeof payload === "string" ? payload : `"${Buffer.from(payload).toString("base64")}"`;

const member = (name: string, payload: Payload | undefined): string =>
  payload === undefined ? "" : `,"${name}":${payloadJson(payload)}`;

export const clientInfoJson = ({ user, client, connInfo, chanInfo }: ClientInfo): string =>
  `{"user":${JSON.stringify(user)},"client":${JSON.stringify(client)}` +
  `${member("conn_info", connInfo)}${member("chan_info", chanInfo)}}`;

const publicationJson = ({ data, info, offset, tags }: Publication): string =>
  `{"data":${payloadJson(data)}${info ? `,"info":${clientInfoJson(info)}` : ""}` +
  `${offset > 0 ? `,"offset":${offset}` : ""}${tags ? `,"tags":${JSON.stringify(tags)}` : ""}}`;

export const historyJson = ({ publications, top }: HistoryPage): string =>
  `{"publications":[${publications.map(publicationJson).join(",")}],"epoch":${JSON.stringify(top.epoch)},"offset":${top.offset}}`;

export const positionJson = (position: Position | undefined): string =>
  position ? `{"offset":${position.offset},"epoch":${JSON.stringify(position.epoch)}}` : "{}";

const infoSchema: Schema = {
  type: "object",
  properties: { user: { type: "string" }, client: { type: "string" }, conn_info: {}, chan_info: {} },
  required: ["user", "client"],
};

export const presenceSchema: Schema = {
  type: "object",
  properties: { presence: { type: "object", additionalProperties: infoSchema, description: "By client id." } },
  required: ["presence"],
};

export const positionSchema: Schema = {
  type: "object",
  properties: { offset: { type: "integer" }, epoch: { type: "string" } },
  description: "Where the publication stands in the channel's history; empty when it keeps none.",
};

export const historySchema: Schema = {
  type: "object",
  properties: {
    publications: {
      type: "array",
      items: {
        type: "object",
        properties: {
          data: { description: "The JSON that was published; a base64 string when bytes were." },
          info: infoSchema,
          offset: { type: "integer" },
          tags: { type: "object", additionalProperties: { type: "string" } },
        },
        required: ["data"],
      },
    },
    epoch: { type: "string" },
    offset: { type: "integer", description: "Of the last publication in the channel." },
  },
  required: ["publications", "epoch", "offset"],
};

/** Of every result that is collected from all nodes. */
export const missingNodes: Readonly<Record<"missing_nodes", Schema>> = {
  missing_nodes: {
    type: "array",
    items: { type: "object", properties: { uid: { type: "string" }, name: { type: "string" } } },
    description: "Nodes that did not answer in time: what they hold is missing here. Absent when all did.",
  },
};

/** The member of the result; nothing when all nodes have answered. */
export const missingOf = (missing: readonly NodeRef[]): { missing_nodes?: readonly NodeRef[] } =>
  missing.length === 0 ? {} : { missing_nodes: missing };
