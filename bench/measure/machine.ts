import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { hasTaskset } from "./cores.ts";

/** Where the numbers come from. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGigabytes: number;
  readonly kernel: string;
  /** Over the last minute, before the run: above 0 somebody else is working too. */
  readonly load: number;
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const root = new URL("../../", import.meta.url).pathname;
  const node = spawnSync(`${root}node_modules/.bin/node`, ["--version"]).stdout?.toString().trim();
  return {
    cores: cpus().length,
    model: cpus()[0]?.model ?? "unknown",
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    pinned: hasTaskset(),
    versions: {
      bun: packageVersion(`${root}node_modules/bun`),
      node: node ?? "unknown",
      ws: packageVersion(`${root}node_modules/ws`),
      "socket.io": packageVersion(`${root}node_modules/socket.io`),
    },
  };
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { version: string }).version;
}
