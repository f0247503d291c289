import { askerOf } from "../asking/asker.ts";
import { checkKey, checkRegex } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { PublishOptions, PublishResult } from "../ports/engine.ts";
import type { Caller, Session } from "../session.ts";
import { type Channel, resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { HubError } from "../values/errors.ts";
import { hasHistory } from "../values/namespace.ts";
import type { Payload, Publication, Tags } from "../values/publication.ts";
import type { Tenant } from "../values/tenant.ts";
import { mirror } from "./mirror.ts";

export interface PublishRequest {
  readonly channel: string;
  readonly data: Payload;
  readonly tags?: Tags;
  readonly skipHistory?: boolean;
  readonly idempotencyKey?: string;
  readonly version?: number;
  readonly versionEpoch?: string;
  /** May travel as the difference to the one before. */
  readonly delta?: boolean;
}

const IDEMPOTENCY_TTL_MS = 5 * 60_000;
const IDEMPOTENCY_KEY_LIMIT = 256;

/**
 * Publishes into a channel: one verb for clients and the server API. When it resolves the publication is in history.
 *
 * Throws `HubError` unknownChannel, badRequest, permissionDenied, limitExceeded, tooManyRequests, schemaMismatch;
 * unavailable when the engine did nothing, outcomeUnknown when nobody knows; internal when it could not take it.
 */
export async function publish(hub: Hub, caller: Caller, request: PublishRequest): Promise<PublishResult> {
  const started = hub.clock.monotonic();
  const { session } = caller;
  if (session && request.channel === "") throw new DisconnectError(disconnects.badRequest, "publish without a channel");
  const channel = resolveChannel(request.channel, caller, hub.names);
  checkKey(caller, channel);
  if (session) checkRegex(channel);
  if (channel.isWildcard) throw new HubError("badRequest", "publish into the channel of one tenant");
  checkData(channel, request.data);
  const payer = payerOf(hub, caller, channel);
  hub.limits.checkPublication(payer, sizeOf(request.data));
  const permitted = session ? await permit(hub, session, { channel, request }) : request;
  const checking = hub.schemas?.check(channel, permitted.data);
  if (checking) await checking;
  const bytes = sizeOf(permitted.data);
  const options = publishOptions(hub, caller, { channel, request: permitted });
  const publication = publicationOf(caller, channel, permitted);
  let result: PublishResult;
  try {
    result = await hub.engine.broker.publish(channel.key, publication, options);
  } catch (error) {
    if (error instanceof HubError) throw error;
    hub.log.error("a publication was not accepted by the engine", { error });
    throw new HubError("internal");
  }
  if (result.suppressed) hub.emit({ type: "suppressed", tenant: channel.owner });
  else {
    if (channel.resource !== "") await mirror(hub, channel, publication);
    const durationMs = hub.clock.monotonic() - started;
    hub.emit({ type: "published", tenant: channel.owner, namespace: channel.namespace.name, durationMs, bytes });
  }
  return result;
}

const sizeOf = (data: Payload): number => (typeof data === "string" ? Buffer.byteLength(data) : data.byteLength);

interface ClientPublication {
  readonly channel: Channel;
  readonly request: PublishRequest;
}

/** What a client may publish: what the application makes of it when it is asked, else what the namespace's options allow. */
async function permit(hub: Hub, session: Session, { channel, request }: ClientPublication): Promise<PublishRequest> {
  const { name, namespace } = channel;
  const asked =
    channel.scope === "namespace"
      ? hub.application.publish?.({ asker: askerOf(session), channel: name, namespace, data: request.data })
      : undefined;
  if (!asked) {
    if (hub.gate.mayPublish(session, channel)) return request;
    throw new HubError("permissionDenied", "clients may not publish into this channel; publish through the server API");
  }
  const answer = await asked;
  if (!answer) throw new HubError("permissionDenied", "the application does not allow it");
  if (session.state !== "connected") throw new HubError("internal", "the connection ended before the answer came");
  const permitted = { ...request, ...answer };
  if (answer.data !== undefined) {
    checkData(channel, answer.data);
    hub.limits.checkSize(session.tenant, sizeOf(answer.data));
  }
  return permitted;
}

/** The limits that count are those of the tenant whose channel it is, whoever publishes. */
function payerOf(hub: Hub, caller: Caller, channel: Channel): Tenant {
  return (channel.owner === caller.tenant.id ? undefined : hub.directory.tenant(channel.owner)) ?? caller.tenant;
}

function checkData(channel: Channel, data: Payload): void {
  if (data.length === 0) throw new HubError("badRequest", "the data is empty");
  const format = channel.namespace.dataFormat;
  if (format !== "json" && format !== "json_object") return;
  if (typeof data !== "string") throw new HubError("badRequest", "the data must be JSON in this channel");
  if (format === "json_object" && !data.trimStart().startsWith("{")) {
    throw new HubError("badRequest", "the data must be a JSON object in this channel");
  }
}

function publicationOf(caller: Caller, channel: Channel, request: PublishRequest): Publication {
  const { session } = caller;
  const { data, tags } = request;
  const base = {
    data,
    offset: 0,
    ...(tags && Object.keys(tags).length > 0 ? { tags } : {}),
    ...(request.delta || channel.namespace.deltaPublish ? { delta: true } : {}),
  };
  if (!session) return base;
  return { ...base, info: session.clientInfo(session.subscriptions.get(channel.name)) };
}

function publishOptions(
  hub: Hub,
  caller: Caller,
  { channel, request }: { channel: Channel; request: PublishRequest },
): PublishOptions {
  const { namespace } = channel;
  const options: { -readonly [K in keyof PublishOptions]: PublishOptions[K] } = {};
  if (hasHistory(namespace) && !request.skipHistory) {
    hub.limits.checkHistoryChannel(payerOf(hub, caller, channel), channel.key, namespace.historyTtlMs);
    options.stream = {
      size: namespace.historySize,
      ttlMs: namespace.historyTtlMs,
      metaTtlMs: namespace.historyMetaTtlMs,
    };
  }
  if (request.idempotencyKey) {
    if (request.idempotencyKey.length > IDEMPOTENCY_KEY_LIMIT) {
      throw new HubError("badRequest", `the idempotency key is longer than ${IDEMPOTENCY_KEY_LIMIT} characters`);
    }
    options.idempotency = { key: request.idempotencyKey, ttlMs: IDEMPOTENCY_TTL_MS };
  }
  if (request.version) options.version = { value: request.version, epoch: request.versionEpoch ?? "" };
  return options;
}
