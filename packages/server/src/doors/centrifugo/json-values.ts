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

export interface PublicationForm {
  readonly epoch?: string;
  readonly delta?: { readonly patch?: Payload };
}

export function encodePublication(publication: Publication, { epoch = "", delta }: PublicationForm = {}): string {
  const { offset, tags, info, channel } = publication;
  // What is not text is base64 here, to which a patch of its bytes does not apply.
  const patch = typeof publication.data === "string" ? delta?.patch : undefined;
  const whole = embed(publication.data);
  // For a subscriber that takes deltas always a string, so that patches and whole texts look alike.
  const data = delta ? JSON.stringify(patch ?? whole) : whole;
  let json = `{"data":${data}`;
  if (info) json += `,"info":${encodeInfo(info)}`;
  if (offset > 0) json += `,"offset":${offset}`;
  if (tags) json += `,"tags":${JSON.stringify(tags)}`;
  if (channel !== undefined) json += `,"channel":${JSON.stringify(channel)}`;
  // A subscriber that came before the stream began has no epoch yet.
  if (offset === 1 && epoch !== "") json += `,"epoch":"${epoch}"`;
  if (patch !== undefined) json += ',"delta":true';
  return `${json}}`;
}

export const withoutZeros = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== "" && value !== false));

export function encodeConnect(result: ConnectResult): string {
  const { client, version, expires, ttl, ping, pong, session, node, time } = result;
  const fields = withoutZeros({ client, version, expires, ttl, ping, pong, session, node, ...(time ? { time } : {}) });
  let json = JSON.stringify(fields);
  if (result.data !== undefined) json = `${json.slice(0, -1)},"data":${embed(result.data)}}`;
  if (result.subscriptions.size === 0) return json;
  const subs = [...result.subscriptions].map(([name, each]) => `${JSON.stringify(name)}:${encodeSubscribe(each)}`);
  return `${json.slice(0, -1)},"subs":{${subs.join(",")}}}`;
}

export function encodeSubscribe(result: SubscribeResult): string {
  const { expires, ttl, recoverable, positioned, position, wasRecovering, recovered, publications, data } = result;
  const { delta = false, channelId = 0 } = result;
  const fields = withoutZeros({
    expires,
    ttl,
    recoverable,
    epoch: position?.epoch ?? "",
    offset: position?.offset ?? 0,
    positioned,
    recovered,
    was_recovering: wasRecovering,
    delta,
    id: channelId,
  });
  const parts = [JSON.stringify(fields).slice(1, -1)].filter((part) => part !== "");
  if (publications.length > 0) {
    const form = delta ? { delta: {} } : {};
    parts.push(`"publications":[${publications.map((each) => encodePublication(each, form)).join(",")}]`);
  }
  if (data !== undefined) parts.push(`"data":${embed(data)}`);
  return `{${parts.join(",")}}`;
}
