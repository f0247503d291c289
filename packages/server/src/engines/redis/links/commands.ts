import { Command as Sent } from "ioredis";
import type { Clock } from "../../../kit/clock.ts";
import { type Argument, type Command, NotSent, type Reply, Unanswered } from "../link.ts";
import type { Script } from "../script.ts";
import { Connection, type ConnectionOptions, runIdOf } from "./connection.ts";

export interface CommandsEvents {
  /** Commands are carried out again, or for the first time, by the process that `generation` names. */
  up(): void;
}

/** Commands without an answer; past this Redis is not keeping up, and more of them would only be late. */
const MOST_WAITING = 10_000;

/** What Redis says when it has not done what it was asked to, and may do it later. */
const LATER =
  /^(READONLY|LOADING|MASTERDOWN|NOREPLICAS|OOM|MISCONF|BUSY|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|EXECABORT)\b/;

/** The commands of one Redis process over one connection. */
export class Commands {
  /** The `run_id` of the process that the connection leads to. */
  generation = "";
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #name: string;
  /** Scripts that the process of this connection knows. */
  readonly #known = new Set<Script>();
  #waiting = 0;
  #corked: unknown;

  constructor(options: ConnectionOptions, events: CommandsEvents) {
    this.#clock = options.clock;
    this.#name = options.name;
    this.#connection = new Connection(options, {
      greet: async (redis) => {
        this.#known.clear();
        this.generation = await runIdOf(redis);
      },
      up: () => events.up(),
      down: () => {},
    });
  }

  get isUp(): boolean {
    return this.#connection.isUp;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  /** Drops the connection because it is in doubt; a new one follows. */
  renew(reason: Error): void {
    this.#connection.renew(reason);
  }

  close(): void {
    this.#connection.close();
  }

  /** With `asking`, a master of a Cluster carries it out though it does not have the slot yet. */
  send(command: Command, asking = false): Promise<Reply> {
    if (!("script" in command)) return this.#send(command.name, command.args, asking);
    const { script, keys, args } = command;
    checkKeys(script, keys);
    const whole = [script.lua, keys.length, ...keys, ...args];
    if (!this.#known.has(script)) {
      this.#known.add(script);
      return this.#send("EVAL", whole, asking);
    }
    return this.#send("EVALSHA", [script.sha, ...whole.slice(1)], asking).catch((error: Error) => {
      if (!error.message.includes("NOSCRIPT")) throw error;
      return this.#send("EVAL", whole, asking);
    });
  }

  async transaction(commands: readonly Command[], asking = false): Promise<readonly Reply[]> {
    // One turn, one connection: nothing gets in between. Redis discards all when it does not take one of them.
    const refusal = this.#refusal();
    if (refusal) throw refusal;
    if (asking) this.#ask();
    const queued = [this.#write("MULTI", []), ...commands.map((command) => this.#queue(command))];
    const [replies, ...taken] = await Promise.allSettled([this.#write("EXEC", []), ...queued]);
    // What it did not like says more than that all was discarded.
    for (const each of [...taken, replies]) if (each.status === "rejected") throw each.reason;
    if (replies.status === "rejected" || !Array.isArray(replies.value)) {
      throw new NotSent(`Redis at ${this.#name} discarded a transaction`);
    }
    return replies.value;
  }

  /** With its text: a script that turned out to be unknown would leave the rest of the transaction done. */
  #queue(command: Command): Promise<Reply> {
    if (!("script" in command)) return this.#write(command.name, command.args);
    const { script, keys, args } = command;
    checkKeys(script, keys);
    return this.#write("EVAL", [script.lua, keys.length, ...keys, ...args]);
  }

  #send(name: string, args: readonly Argument[], asking: boolean): Promise<Reply> {
    const refusal = this.#refusal();
    if (refusal) return Promise.reject(refusal);
    if (asking) this.#ask();
    return this.#write(name, args);
  }

  /** Counts for what is written next. */
  #ask(): void {
    this.#write("ASKING", []).catch(() => {});
  }

  #refusal(): NotSent | undefined {
    if (!this.#connection.isUp) return new NotSent(`Redis at ${this.#name} is away`);
    if (this.#waiting < MOST_WAITING) return undefined;
    return new NotSent(`${MOST_WAITING} commands wait for Redis at ${this.#name}`);
  }

  #write(name: string, args: readonly Argument[]): Promise<Reply> {
    this.#waiting++;
    this.#cork();
    const sent = new Sent(name, [...args], { replyEncoding: null });
    return (this.#connection.redis.sendCommand(sent) as Promise<Reply>).then(this.#answered, this.#failed);
  }

  readonly #answered = (reply: Reply): Reply => {
    this.#waiting--;
    return reply;
  };

  readonly #failed = (error: Error): never => {
    this.#waiting--;
    throw this.#meaning(error);
  };

  #meaning(error: Error): Error {
    const { message } = error;
    if (error.name === "ReplyError") {
      if (!LATER.test(message)) return new Error(message);
      return new NotSent(`Redis at ${this.#name}: ${message}`, { cause: error });
    }
    if (message.startsWith("Stream isn't writeable")) return new NotSent(`Redis at ${this.#name} is away`);
    return new Unanswered(`Redis at ${this.#name} did not answer: ${message}`);
  }

  /** What this turn sends leaves in one write. */
  #cork(): void {
    const { stream } = this.#connection.redis;
    if (this.#corked === stream) return;
    this.#corked = stream;
    stream.cork();
    this.#clock.nextTurn(() => {
      if (this.#corked === stream) this.#corked = undefined;
      stream.uncork();
    });
  }
}

function checkKeys(script: Script, keys: readonly string[]): void {
  if (script.keys === undefined || script.keys === keys.length) return;
  throw new Error(`the script ${script.name} takes ${script.keys} keys, not ${keys.length}`);
}
