import { type Command, NotReplicated, NotSent, type Reply } from "../link.ts";
import { Commands, type CommandsEvents } from "./commands.ts";
import type { ConnectionOptions } from "./connection.ts";

/** The commands of one Redis process, of which some are answered only when its replicas have them too. */
export interface Master
  extends Pick<Commands, "generation" | "isUp" | "open" | "renew" | "close" | "send" | "transaction"> {}

export function createMaster(options: ConnectionOptions, events: CommandsEvents): Master {
  const commands = new Commands(options, events);
  const { waitReplicas } = options;
  if (!waitReplicas) return commands;
  // WAIT holds up whatever follows on its connection, so it has one of its own.
  const writes = new Commands(options, { up: () => {} });
  const send = replicating(writes, { ...waitReplicas, ...options });
  return {
    get generation() {
      return commands.generation;
    },
    get isUp() {
      return commands.isUp;
    },
    async open() {
      await Promise.all([commands.open(), writes.open()]);
    },
    renew(reason) {
      commands.renew(reason);
      writes.renew(reason);
    },
    close() {
      commands.close();
      writes.close();
    },
    send: (command, asking) =>
      "script" in command && command.replicated ? send(command, asking) : commands.send(command, asking),
    transaction: (list, asking) => commands.transaction(list, asking),
  };
}

interface Waiting {
  readonly command: Command;
  readonly asking: boolean | undefined;
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
}

/** Publications that wait for those before them; past this the replicas are not keeping up. */
const MOST_WAITING = 20_000;

interface ReplicatingOptions extends Pick<ConnectionOptions, "clock" | "name"> {
  readonly count: number;
  readonly timeoutMs: number;
}

/** One WAIT is open at a time, for all that was sent before it; what comes meanwhile leaves together after it. */
function replicating(
  writes: Commands,
  { count, timeoutMs, clock, name }: ReplicatingOptions,
): (command: Command, asking?: boolean) => Promise<Reply> {
  let next: Waiting[] = [];
  let busy = false;

  const replicas = (): Promise<number> => writes.send({ name: "WAIT", args: [count, timeoutMs] }).then(Number, () => 0);

  async function carryOut(batch: readonly Waiting[]): Promise<void> {
    const replies = await Promise.allSettled(batch.map(({ command, asking }) => writes.send(command, asking)));
    // Only after the answers: what had to be sent again is covered as well, and a lost connection is noticed.
    const reached = replies.some((reply) => reply.status === "fulfilled") ? await replicas() : 0;
    for (const [index, reply] of replies.entries()) {
      if (reply.status === "rejected") batch[index]?.reject(reply.reason);
      else if (reached >= count) batch[index]?.resolve(reply.value);
      else batch[index]?.reject(new NotReplicated(`Redis at ${name}: ${reached} of ${count} replicas have it`));
    }
  }

  async function work(): Promise<void> {
    while (next.length > 0) {
      const batch = next;
      next = [];
      await carryOut(batch);
    }
    busy = false;
  }

  return (command, asking) =>
    new Promise((resolve, reject) => {
      if (next.length >= MOST_WAITING) {
        reject(new NotSent(`${MOST_WAITING} publications wait for replicas of Redis at ${name}`));
        return;
      }
      next.push({ command, asking, resolve, reject });
      if (busy) return;
      busy = true;
      clock.nextTurn(() => void work());
    });
}
