import type { Link, LinkEvents, Partition } from "../link.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Feed } from "./feed.ts";
import { Line } from "./line.ts";
import { createMaster, type Master } from "./master.ts";

/** One Redis process at a time: at one address, or the master of a Sentinel group. */
export function createSingleLink(options: ConnectionOptions): Link {
  let events: LinkEvents | undefined;
  let seen = "";
  let inDoubt = false;
  /** Told when commands work too: whoever compares positions then gets an answer. */
  const tell = (): void => {
    if (!inDoubt || !commands.isUp) return;
    inDoubt = false;
    events?.interrupted(new Set([partition]));
  };
  /** After a failover one of the two may still lead to the old process: the one that is older. */
  const agree = (newer: Master | Line, older: Master | Line): void => {
    if (!older.isUp || older.generation === newer.generation) return;
    older.renew(new Error("commands and messages went to two processes of Redis"));
  };
  const commands: Master = createMaster(options, {
    up() {
      agree(commands, line);
      if (seen !== "" && seen !== commands.generation) inDoubt = true;
      seen = commands.generation;
      tell();
    },
  });
  const feed = new Feed(options, {
    interrupted() {
      inDoubt = true;
      tell();
    },
  });
  const line: Line = new Line(options, {
    message: (channel, payload) => events?.message(channel, payload),
    up() {
      feed.connect(line);
      agree(line, commands);
    },
    down: () => feed.disconnect(),
  });
  const close = (): void => {
    commands.close();
    line.close();
    feed.close();
  };
  const partition: Partition = {
    tag: "",
    publishCommand: "PUBLISH",
    get generation() {
      // Two connections may for a moment lead to two processes.
      return options.waitReplicas ? "" : commands.generation;
    },
    send: (command) => commands.send(command),
    transaction: (list) => commands.transaction(list),
    subscribe: (channel) => feed.subscribe(channel),
    unsubscribe: (channel) => feed.unsubscribe(channel),
  };
  return {
    name: options.name,
    partitions: [partition],
    control: [partition],
    partitionOf: () => partition,
    async open(listener) {
      events = listener;
      const opened = await Promise.allSettled([commands.open(), line.open()]);
      const failed = opened.find((each) => each.status === "rejected");
      if (!failed) return;
      close();
      throw failed.reason;
    },
    async close() {
      events = undefined;
      close();
    },
  };
}
