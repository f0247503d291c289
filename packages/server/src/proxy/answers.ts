import {
  type ConnectAnswer,
  type Payload,
  type PublishAnswer,
  parseActions,
  parseCapabilities,
  parseLabels,
  type RefreshAnswer,
  RightsError,
  type SubRefreshAnswer,
  type SubscribeGrant,
  type SubscribeOverride,
} from "../hub/index.ts";
import { FilterError, parseFilter } from "../kit/filter.ts";
import { BackendFault } from "./backend-fault.ts";
import type { Fields } from "./fields.ts";

/** What the `result` of a backend's answer means, question by question. Each throws `BackendFault`. */

export function readConnect(result: Fields): ConnectAnswer {
  const subscriptions = new Map<string, SubscribeGrant>();
  for (const channel of result.texts("channels")) subscriptions.set(channel, { expireAt: 0 });
  for (const [channel, options] of result.entries("subs")) subscriptions.set(channel, readSubscribe(options));
  const tenant = result.text("tenant");
  const meta = result.json("meta");
  return {
    user: result.text("user"),
    ...(tenant === "" ? {} : { tenant }),
    expireAt: result.number("expire_at"),
    ...payloads(result, ["info", "data"]),
    ...(meta === undefined ? {} : { meta }),
    ...parsed(result, "caps", (caps) => ({ capabilities: parseCapabilities(caps) })),
    ...parsed(result, "labels", (labels) => ({ labels: parseLabels(labels) })),
    subscriptions,
  };
}

export function readRefresh(result: Fields): RefreshAnswer {
  const meta = result.json("meta");
  return {
    ...readSubRefresh(result),
    ...(meta === undefined ? {} : { meta }),
    ...parsed(result, "caps", (caps) => ({ capabilities: parseCapabilities(caps) })),
  };
}

export function readSubscribe(result: Fields): SubscribeGrant {
  const override = readOverride(result.fields("override"));
  return {
    expireAt: result.number("expire_at"),
    ...payloads(result, ["info", "data"]),
    ...(override === undefined ? {} : { override }),
    ...parsed(result, "allow", (allow) => ({ allow: parseActions(allow) })),
    ...parsed(result, "server_tags_filter", (filter) => ({ filter: parseFilter(filter) })),
  };
}

export const readSubRefresh = (result: Fields): SubRefreshAnswer => ({
  expired: result.flag("expired"),
  expireAt: result.number("expire_at"),
  ...payloads(result, ["info"]),
});

export function readPublish(result: Fields): PublishAnswer {
  const tags = result.tags("tags");
  const idempotencyKey = result.text("idempotency_key");
  const version = result.number("version");
  return {
    ...payloads(result, ["data"]),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(result.flag("skip_history") ? { skipHistory: true } : {}),
    ...(result.flag("delta") ? { delta: true } : {}),
    ...(idempotencyKey === "" ? {} : { idempotencyKey }),
    ...(version === 0 ? {} : { version, versionEpoch: result.text("version_epoch") }),
  };
}

/** A backend that has nothing to say says an empty object: clients expect data. */
export const readRpc = (result: Fields): Payload => result.payload("data") ?? "{}";

function payloads<Name extends "info" | "data">(result: Fields, names: readonly Name[]): { [K in Name]?: Payload } {
  const found: { [K in Name]?: Payload } = {};
  for (const name of names) {
    const payload = result.payload(name);
    if (payload !== undefined) found[name] = payload;
  }
  return found;
}

const overrideNames: Readonly<Record<string, keyof SubscribeOverride>> = {
  presence: "presence",
  join_leave: "joinLeave",
  force_recovery: "forceRecovery",
  force_positioning: "forcePositioning",
  force_push_join_leave: "forcePushJoinLeave",
};

function readOverride(fields: Fields | undefined): SubscribeOverride | undefined {
  if (!fields) return undefined;
  const override: { -readonly [name in keyof SubscribeOverride]: boolean } = {};
  for (const [written, name] of Object.entries(overrideNames)) {
    const flag = fields.fields(written);
    if (flag) override[name] = flag.flag("value");
  }
  return override;
}

/** A member that somebody else knows how to read; nothing when it is absent. */
function parsed<T extends object>(result: Fields, name: string, parse: (value: unknown) => T): T | undefined {
  const value = result.any(name);
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    const isVerdict = error instanceof FilterError || error instanceof RightsError;
    throw isVerdict ? new BackendFault("wrong", `${name}: ${error.message}`) : error;
  }
}
