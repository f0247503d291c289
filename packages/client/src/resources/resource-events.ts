import type { BillingEvent, DeploymentEvent, EventEnvelope, MetricsEvent, PresenceEvent } from "@altavoz/events";
import type { Store } from "../store.ts";
import { type AnyClient, createFeed, idleLink, type Link, type Switch } from "./feed.ts";

export interface ResourceState<E> extends Link {
  /** By the key of what they are about; the newest to come is last. */
  readonly events: ReadonlyMap<string, E>;
}

export const idleResource: ResourceState<never> = { ...idleLink, events: new Map<string, never>() };

/** The newest state of each thing that a channel tells of. */
export interface ResourceEvents<E> extends Store<ResourceState<E>>, Switch {
  readonly getEvent: (key: string) => E | undefined;
  readonly getAllEvents: () => E[];
}

export interface ResourceOptions<E> {
  readonly channel: string;
  /** What an event is about. Default: its own id, so that all of them are kept. */
  readonly key?: (event: E) => string;
  /** What is kept of the event before about the same thing. Default: nothing. */
  readonly merge?: (before: E, event: E) => E;
  /** So many things are kept; the one that was quiet the longest leaves. */
  readonly limit?: number;
  /** So many publications of the channel's history are read at the start. */
  readonly history?: number;
}

export function createResourceEvents<E extends EventEnvelope>(
  client: AnyClient,
  { channel, key = ({ id }) => id, merge = (_, event) => event, limit = 1000, history = 100 }: ResourceOptions<E>,
): ResourceEvents<E> {
  const events = new Map<string, E>();
  const feed = createFeed<E, ResourceState<E>>({
    client,
    channel,
    history,
    take(event) {
      const name = key(event);
      const before = events.get(name);
      events.delete(name);
      events.set(name, before ? merge(before, event) : event);
      const [oldest] = events.keys();
      if (events.size > limit && oldest !== undefined) events.delete(oldest);
    },
    show: (link) => ({ ...link, events: new Map(events) }),
  });
  return {
    get: feed.get,
    subscribe: feed.subscribe,
    connect: feed.connect,
    disconnect: feed.disconnect,
    getEvent: (name) => events.get(name),
    getAllEvents: () => [...events.values()],
  };
}

/** By deployment; progress and outcome join what the start said. */
export const createDeploymentEvents = (client: AnyClient, tenantId: string): ResourceEvents<DeploymentEvent> =>
  createResourceEvents(client, {
    channel: `tenant:${tenantId}:deployments`,
    key: ({ data, instanceId, id }) => data.deploymentId ?? instanceId ?? id,
    merge: (before, event) => ({ ...before, ...event, data: { ...before.data, ...event.data } }) as DeploymentEvent,
  });

/** Every event of the tenant's account. */
export const createBillingEvents = (client: AnyClient, tenantId: string): ResourceEvents<BillingEvent> =>
  createResourceEvents(client, { channel: `tenant:${tenantId}:billing` });

/** The newest reading of each instance, or of the tenant as a whole. */
export const createMetricsEvents = (client: AnyClient, tenantId: string): ResourceEvents<MetricsEvent> =>
  createResourceEvents(client, {
    channel: `tenant:${tenantId}:metrics`,
    key: ({ instanceId }) => instanceId ?? tenantId,
  });

/** The state of each user, as the application tells it. Who is connected right now is `client.presence`. */
export const createPresenceEvents = (client: AnyClient, tenantId: string): ResourceEvents<PresenceEvent> =>
  createResourceEvents(client, { channel: `tenant:${tenantId}:presence`, key: ({ data }) => data.userId });
