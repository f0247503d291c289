/** The process of one swarm: raw clients that connect, count what arrives by offset, and come back when they are told to. */
import { Histogram } from "../generator/histogram.ts";
import { createToken } from "../generator/token.ts";
import { Accountant } from "./account.ts";
import { Member, type MemberHost, type Place, type Subscribed } from "./member.ts";
import { readStamped, wallNow } from "./publication.ts";
import {
  channelName,
  type Order,
  type OrderAnswer,
  type OrderName,
  type Standing,
  type SwarmOrders,
  type SwarmSetup,
} from "./swarm-orders.ts";

const attempts = 30;
const retryMs = 250;

class Swarm implements MemberHost {
  readonly #setup: SwarmSetup;
  readonly #members: readonly Member[];
  readonly #accountant: Accountant;
  readonly #epochs = new Map<string, string>();
  readonly #dropped = new Map<string, number>();
  readonly #opening = new Set<Member>();
  #latencies = new Histogram();
  #port = 0;
  #retries = 0;
  #lastFailure = "";

  constructor(setup: SwarmSetup) {
    this.#setup = setup;
    this.#members = Array.from({ length: setup.members }, (_, i) => new Member(this, i));
    this.#accountant = new Accountant(setup.members);
  }

  async open({ port }: SwarmOrders["open"]["argument"]): Promise<true> {
    this.#port = port;
    const away = this.#members.filter((member) => !member.isLive);
    const openNext = async () => {
      for (let member = away.pop(); member; member = away.pop()) await this.#openOne(member);
    };
    await Promise.all(Array.from({ length: this.#setup.concurrency }, openNext));
    return true;
  }

  cut(): true {
    for (const member of this.#members) member.cut();
    return true;
  }

  standing(): Standing {
    let live = 0;
    for (const member of this.#members) if (member.isLive) live++;
    return {
      live,
      delivered: this.#accountant.delivered,
      retries: this.#retries,
      dropped: Object.fromEntries(this.#dropped),
      lastFailure: this.#lastFailure,
    };
  }

  latencies(): readonly number[] {
    const { counts } = this.#latencies;
    this.#latencies = new Histogram();
    return counts;
  }

  account({ tops }: SwarmOrders["account"]["argument"]): SwarmOrders["account"]["answer"] {
    return this.#accountant.close((member) => tops[this.#channelOf(member)] ?? 0);
  }

  token(index: number): string {
    return createToken(this.#setup.hmacSecret, `user-${this.#setup.first + index}`);
  }

  channel(index: number): string {
    return channelName(this.#channelOf(index));
  }

  place(index: number): Place | undefined {
    const offset = this.#accountant.position(index);
    const epoch = this.#epochs.get(this.channel(index));
    return offset === undefined || epoch === undefined ? undefined : { offset, epoch };
  }

  subscribed(index: number, { recovered, offset = 0, epoch = "", publications = [] }: Subscribed): void {
    this.#epochs.set(this.channel(index), epoch);
    if (!recovered) this.#accountant.begin(index, offset);
    else for (const publication of publications) this.#accountant.arrived(index, publication.offset, "recovered");
  }

  heard(index: number, message: Buffer): void {
    const now = wallNow();
    let publications = 0;
    readStamped(message, (sentAt, offset) => {
      publications++;
      this.#latencies.add(now - sentAt);
      this.#accountant.arrived(index, offset, "live");
    });
    // Nothing else is pushed but that a subscription or a connection has ended: then all starts anew.
    if (publications > 0) return;
    this.#members[index]?.cut();
    this.dropped(index, message.toString().slice(0, 120));
  }

  dropped(index: number, why: string): void {
    this.#dropped.set(why, (this.#dropped.get(why) ?? 0) + 1);
    const member = this.#members[index];
    if (member) void this.#openOne(member);
  }

  #channelOf(index: number): number {
    return (this.#setup.first + index) % this.#setup.channels;
  }

  async #openOne(member: Member): Promise<void> {
    if (this.#opening.has(member)) return;
    this.#opening.add(member);
    for (let attempt = 1; attempt <= attempts && !member.isLive; attempt++) {
      try {
        await member.open(this.#setup.host, this.#port);
      } catch (error) {
        this.#retries++;
        this.#lastFailure = error instanceof Error ? error.message : String(error);
        await Bun.sleep(retryMs * (0.5 + Math.random()));
      }
    }
    this.#opening.delete(member);
  }
}

const swarm = new Swarm(JSON.parse(process.argv[2] ?? "{}") as SwarmSetup);

async function carryOut({ id, name, argument }: Order): Promise<OrderAnswer> {
  try {
    const act = swarm[name] as (argument: SwarmOrders[OrderName]["argument"]) => unknown;
    return { id, answer: await act.call(swarm, argument) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (order: Order) => void carryOut(order).then((answer) => process.send?.(answer)));
process.on("disconnect", () => process.exit(0));
