import { Connection, type ConnectionOptions, runIdOf } from "./connection.ts";

export interface LineOptions extends ConnectionOptions {
  /** Channels live with the keys of their slot; those of one command must be of one slot. */
  readonly sharded?: boolean;
}

export interface LineEvents {
  message(channel: string, payload: Buffer): void;
  up(): void;
  down(): void;
  /** Redis ended subscriptions by itself, because their slot went elsewhere. */
  moved?(): void;
}

/** A connection that only subscribes. It remembers nothing: who uses it subscribes again whenever it comes up. */
export class Line {
  /** The `run_id` of the process that the connection leads to. */
  generation = "";
  readonly #connection: Connection;
  readonly #sharded: boolean;

  constructor({ sharded = false, ...options }: LineOptions, events: LineEvents) {
    this.#sharded = sharded;
    this.#connection = new Connection(options, {
      greet: async (redis) => {
        this.generation = await runIdOf(redis);
      },
      up: () => events.up(),
      down: () => events.down(),
    });
    const { redis } = this.#connection;
    redis.on(sharded ? "smessageBuffer" : "messageBuffer", (channel: Buffer, payload: Buffer) => {
      events.message(channel.toString(), payload);
    });
    redis.on("moved", () => events.moved?.());
  }

  get isUp(): boolean {
    return this.#connection.isUp;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  /** Drops the connection because what it holds is in doubt; a new one follows. */
  renew(reason: Error): void {
    this.#connection.renew(reason);
  }

  /** Resolves when Redis has confirmed all of them. */
  async subscribe(channels: readonly string[]): Promise<void> {
    const { redis } = this.#connection;
    await (this.#sharded ? redis.ssubscribe(...channels) : redis.subscribe(...channels));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    const { redis } = this.#connection;
    await (this.#sharded ? redis.sunsubscribe(...channels) : redis.unsubscribe(...channels));
  }
}
