import type { ClientInfo, ConnectResult, Payload, Publication, SubscribeResult } from "../../hub/index.ts";

/** The messages that replies and pushes share, as JSON text: snake_case names, zero values left out (reference 2.1). */

/** JSON text goes in as it is; bytes, which JSON cannot hold, go in as a base64 string. */
export const embed = (payload: Payload): string =>
  typeof payload === "string" ? payload : `"${Buffer.from(payload).toString("base64")}"`;

export function encodeInfo(info: ClientInfo): string {
  let json = info.user === "" ? "{" : `{"user":${JSON.stringify(info.user)},`;
  json += `"client":"${info.client}"`;
  if (info.connInfo !== undefined) json += `,"conn_info":${embed(info.connInfo)}`;
  if (info.chanInfo !== undefined) json += `,"chan_info":${embed(info.chanInfo)}`;
  return `${json}}`;
}

export function encodePublication(publication: Publication, epoch = ""): string {
  const { data, offset, tags, info } = publication;
  let json = `{"data":${embed(data)}`;
  if (info) json += `,"info":${encodeInfo(info)}`;
  if (offset > 0) json += `,"offset":${offset}`;
  if (tags) json += `,"tags":${JSON.stringify(tags)}`;
  // A subscriber that came before the stream began has no epoch yet.
  if (offset === 1 && epoch !== "") json += `,"epoch":"${epoch}"`;
  return `${json}}`;
}

export const withoutZeros = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== "" && value !== false));

export function encodeConnect(result: ConnectResult): string {
  const { client, version, expires, ttl, ping, pong, session, node, time } = result;
  const fields = withoutZeros({ client, version, expires, ttl, ping, pong, session, node, ...(time ? { time } : {}) });
  const json = JSON.stringify(fields);
  if (result.subscriptions.size === 0) return json;
  const subs = [...result.subscriptions].map(([name, each]) => `${JSON.stringify(name)}:${encodeSubscribe(each)}`);
  return `${json.slice(0, -1)},"subs":{${subs.join(",")}}}`;
}

export function encodeSubscribe(result: SubscribeResult): string {
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
