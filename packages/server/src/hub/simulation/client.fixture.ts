import assert from "node:assert/strict";
import type { Ground, TestOutlet } from "../hub-ground.fixture.ts";
import {
  type ConnectResult,
  connect,
  type Position,
  type Push,
  type Session,
  type SubscribeResult,
  subscribe,
} from "../index.ts";
import type { ChannelKey } from "../values/channel.ts";
import { positionName } from "./storage.fixture.ts";

export interface ClientOptions {
  /** "plain" subscribes without a position; "served" is subscribed by the server at connect. */
  readonly kind: "recovering" | "served" | "plain";
  readonly channel: string;
  /** What was published under each position. */
  readonly truth: ReadonlyMap<string, unknown>;
}

/** What clients counted, all together. */
export interface Counts {
  delivered: number;
  recovered: number;
  /** Holes of which a client was told: by a reply, an unsubscribe or a disconnect. */
  told: number;
}

/** A client as an SDK has it: one subscription, and a position that it takes along. It checks every promise as it reads. */
export class Client {
  readonly kind: ClientOptions["kind"];
  readonly key: ChannelKey;
  readonly #options: ClientOptions;
  readonly #counts: Counts;
  position: Position | undefined;
  /** It has a reply, and was not told of an end since. */
  subscribed = false;
  #ground: Ground | undefined;
  #session: Session | undefined;
  #outlet: TestOutlet | undefined;

  constructor(options: ClientOptions, counts: Counts) {
    this.kind = options.kind;
    this.key = `default/${options.channel}` as ChannelKey;
    this.#options = options;
    this.#counts = counts;
  }

  isOn(ground: Ground): boolean {
    return this.#ground === ground;
  }

  /** Connects where it has to and asks to subscribe; the reply comes when the network lets it. */
  comeBack(ground: Ground): void {
    if (!this.#session) this.#connect(ground);
    else if (this.kind !== "served") this.#subscribe(this.#session);
  }

  #connect(ground: Ground): void {
    const { session, outlet } = ground.open();
    this.#ground = ground;
    this.#session = session;
    this.#outlet = outlet;
    const { kind } = this;
    const { channel } = this.#options;
    const recover = kind === "served" ? this.position : undefined;
    const grant = { expireAt: 0, override: { forceRecovery: true } };
    const given = kind === "served" ? { subscriptions: new Map([[channel, grant]]) } : {};
    const reply = ({ subscriptions }: ConnectResult): void => {
      const result = subscriptions.get(channel);
      if (result) outlet.received.push({ type: "reply", value: { result, recover } });
    };
    const request = { name: "", headerUser: "", recover: new Map(recover ? [[channel, recover]] : []), reply };
    connect(ground.hub, session, { ...request, token: ground.tokenFor({ identity: { user: "u" }, ...given }) }).then(
      () => this.#session === session && kind !== "served" && this.#subscribe(session),
      () => session.closed(3000),
    );
  }

  #subscribe(session: Session): void {
    const { channel } = this.#options;
    if (session.state !== "connected" || session.subscriptions.has(channel) || !this.#ground) return;
    const recover = this.kind === "plain" ? undefined : this.position;
    const outlet = this.#outlet;
    const reply = (result: SubscribeResult): void => {
      outlet?.received.push({ type: "reply", value: { result, recover } });
    };
    const wish = this.kind === "plain" ? {} : { recoverable: true, ...(recover ? { recover } : {}) };
    subscribe(this.#ground.hub, session, { channel, token: "", reply, ...wish }).catch(() => undefined);
  }

  /** The connection is gone; with `crashed` so is the node, which does nothing about it. */
  cut(crashed = false): void {
    this.take();
    if (!crashed) this.#session?.closed(3000);
    this.#lose();
  }

  #lose(): void {
    this.#session = undefined;
    this.#outlet = undefined;
    this.#ground = undefined;
    this.subscribed = false;
  }

  /** Reads what has arrived. */
  take(): void {
    if (!this.#outlet) return;
    const { received } = this.#outlet;
    for (const push of received) this.#one(push);
    received.length = 0;
    const { closed } = this.#outlet;
    if (closed) {
      assert.equal(closed.code, 3010, `disconnected: ${closed.reason}`);
      this.#counts.told++;
    }
    if (closed || this.#session?.state === "closed") this.#lose();
  }

  #one(push: Push | { type: "reply"; value: unknown }): void {
    if (push.type === "reply") {
      this.subscribed = true;
      this.#reply(push.value as { result: SubscribeResult; recover: Position | undefined });
    } else if (push.type === "publication") {
      assert.ok(this.subscribed, "a publication before the reply or after the end");
      this.#publication(push.publication.offset, push.epoch, push.publication.data);
    } else if (push.type === "unsubscribe") {
      assert.equal(push.code, 2500);
      this.#counts.told++;
      this.subscribed = false;
    }
  }

  #reply({ result, recover }: { result: SubscribeResult; recover: Position | undefined }): void {
    const { position } = result;
    assert.equal(result.wasRecovering, recover !== undefined);
    assert.equal(position !== undefined, this.kind !== "plain");
    if (recover && !result.recovered) this.#counts.told++;
    if (!recover || !result.recovered) {
      assert.deepEqual(result.publications, []);
      this.position = position;
      return;
    }
    this.#counts.recovered++;
    assert.ok(position);
    assert.equal(recover.epoch, position.epoch, "recovered over an epoch");
    this.position = recover;
    for (const { offset, data } of result.publications) this.#publication(offset, position.epoch, data);
    if (result.publications.length === 0) assert.deepEqual(this.position, position);
  }

  #publication(offset: number, epoch: string, data: unknown): void {
    this.#counts.delivered++;
    const { position } = this;
    const known = `${this.kind} in ${this.key}: ${JSON.stringify(position)} → ${offset} of ${epoch}`;
    if (this.kind !== "plain") {
      assert.equal(epoch, position?.epoch, `a publication of another epoch: ${known}`);
      assert.equal(offset, (position?.offset ?? 0) + 1, `a hole, a repetition or a wrong order: ${known}`);
    } else if (epoch === position?.epoch) {
      assert.ok(offset > position.offset, `a repetition or a wrong order: ${known}`);
    }
    const truth = this.#options.truth.get(positionName(this.key, { offset, epoch }));
    assert.equal(data, truth, `another content: ${known}`);
    this.position = { offset, epoch };
  }
}
