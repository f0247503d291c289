import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { centrifugoJson } from "../generator/dialect.ts";
import type { Target } from "./target.ts";

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A server that is already running. Its CPU and memory can be read when it listens on this machine. */
export function externalTarget(url: URL, apiKey: string, hmacSecret: string): Target {
  if (url.protocol !== "http:") throw new Error(`--target: only http:// URLs can be measured, got ${url.protocol}//`);
  const port = Number(url.port || 80);
  const isLocal = loopback.has(url.hostname);
  const host = isLocal ? "127.0.0.1" : url.hostname;
  return {
    id: "external",
    label: url.host,
    dialect: centrifugoJson,
    hasHistory: false,
    start: async () => ({
      host,
      port,
      apiKey,
      hmacSecret,
      pid: isLocal ? listeningProcess(port) : undefined,
      probe: undefined,
      // What was measured last has to be forgotten by the server before the next measure starts.
      stop: () => Bun.sleep(1_000),
    }),
  };
}

/** The process that listens on a TCP port of this machine; absent when it belongs to another user. */
function listeningProcess(port: number): number | undefined {
  const sockets = new Set(
    ["tcp", "tcp6"].flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const owner = processes.find((pid) => descriptors(pid).some((descriptor) => sockets.has(descriptor)));
  return owner === undefined ? undefined : Number(owner);
}

function listeningInodes(table: string, port: number): string[] {
  const listening = "0A";
  const rows = readFileSync(`/proc/net/${table}`, "latin1").split("\n").slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && Number.parseInt(fields[1]?.split(":")[1] ?? "", 16) === port)
    .map((fields) => fields[9] ?? "");
}

function descriptors(pid: string): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    return [];
  }
}
