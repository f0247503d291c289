import { hostname } from "node:os";
import type { Config } from "../../config/schema.ts";
import { UsageError } from "../command.ts";

/** Which of how many workers a process is. */
export interface Place {
  readonly number: number;
  readonly count: number;
}

export const placeText = ({ number, count }: Place): string => `${number}/${count}`;

/** Throws `UsageError`. */
export function readPlace(text: string): Place {
  const [, number = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (number < 1 || number > count) throw new UsageError("serve", "--worker is what --workers gives to its processes");
  return { number, count };
}

/** What differs for a worker from what the configuration says: the parent keeps the log, and all stop at one rate. */
export function workerFlags({ node, http_server: server, shutdown }: Config, place: Place): Record<string, string> {
  return {
    "node.name": `${node.name || `${hostname()}_${server.port}`}-${place.number}`,
    "shutdown.reconnects_per_second": String(Math.ceil(shutdown.reconnects_per_second / place.count)),
    "log.file": "",
    pid_file: "",
  };
}
