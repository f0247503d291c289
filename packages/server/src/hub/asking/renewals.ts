import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Application } from "../ports/application.ts";
import type { Session } from "../session.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import type { Subscription } from "../values/subscription.ts";
import { askerOf } from "./asker.ts";

/** How long before its end something is renewed. A question that fails is asked again, ever sooner, until the end. */
const LEAD_MS = 5_000;
/** Between two questions about one session, and after the end until its grace is over. */
const PAUSE_MS = 1_000;

export interface RenewalContext {
  readonly application: Application;
  readonly clock: Clock;
  readonly log: Log;
  readonly expiredCloseDelayMs: number;
  /** Ends a client-side subscription as expired. */
  endSubscription(subscription: Subscription<Session>): void;
  /** The deadlines of the session have changed. */
  changed(session: Session): void;
}

/** Asks the application to prolong what it gave, before it ends. */
export interface Renewals {
  /** When to ask for this session next, on the hub's clock; 0 for never. */
  moment(session: Session): number;
  /** Asks for everything of the session that is about to end. Never rejects. */
  run(session: Session): Promise<void>;
}

export function createRenewals(context: RenewalContext): Renewals {
  const { application, clock, log } = context;
  const running = new Set<Session>();

  const renews = ({ channel }: Subscription<Session>): boolean => application.refreshesIn?.(channel.namespace) ?? false;

  /** The ends that the application may move, in seconds. */
  function* ends(session: Session): Generator<number> {
    if (application.refresh && session.grant.expireAt > 0) yield session.grant.expireAt;
    if (!application.refreshesIn) return;
    for (const each of session.subscriptions.values()) if (each.expireAt > 0 && renews(each)) yield each.expireAt;
  }

  const isDue = (expireAt: number): boolean => expireAt > 0 && expireAt * 1000 - LEAD_MS <= clock.now();

  async function attempt(session: Session, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof DisconnectError) session.disconnect(error.disconnect);
      else log.debug("a renewal was not answered; it is asked for again", { client: session.id, error });
    }
  }

  async function renewConnection(session: Session): Promise<void> {
    const before = session.grant;
    const answer = await application.refresh?.({ asker: askerOf(session) });
    if (session.grant !== before) return;
    if (!answer || answer.expired || isPast(answer.expireAt)) return session.disconnect(disconnects.expired);
    const { expired, ...renewed } = answer;
    session.grant = { ...before, ...renewed };
    session.endAt = answer.expireAt > 0 ? answer.expireAt * 1000 + context.expiredCloseDelayMs : 0;
  }

  async function renewSubscription(subscription: Subscription<Session>): Promise<void> {
    const { owner: session, channel, expireAt } = subscription;
    const { name, namespace } = channel;
    const answer = await application.subRefresh?.({ asker: askerOf(session), channel: name, namespace });
    if (session.subscriptions.get(name) !== subscription || subscription.expireAt !== expireAt) return;
    if (!answer || answer.expired || isPast(answer.expireAt)) {
      if (subscription.serverSide) session.disconnect(disconnects.subscriptionExpired);
      else context.endSubscription(subscription);
      return;
    }
    subscription.expireAt = answer.expireAt;
    if (answer.info !== undefined) subscription.info = answer.info;
  }

  const isPast = (expireAt: number): boolean => expireAt > 0 && expireAt * 1000 <= clock.now();

  return {
    moment(session) {
      if (running.has(session)) return 0;
      let earliest = 0;
      for (const end of ends(session)) if (earliest === 0 || end < earliest) earliest = end;
      if (earliest === 0) return 0;
      const now = clock.now();
      const left = earliest * 1000 - now;
      return now + Math.max(PAUSE_MS, left - Math.min(LEAD_MS, left / 2));
    },

    async run(session) {
      running.add(session);
      const due: Promise<void>[] = [];
      if (application.refresh && isDue(session.grant.expireAt)) {
        due.push(attempt(session, () => renewConnection(session)));
      }
      for (const each of session.subscriptions.values()) {
        if (isDue(each.expireAt) && renews(each)) due.push(attempt(session, () => renewSubscription(each)));
      }
      await Promise.all(due);
      running.delete(session);
      if (session.state === "connected") context.changed(session);
    },
  };
}
