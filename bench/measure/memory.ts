import { openCrowd } from "../generator/crowd.ts";
import { liveChannel, type RunningServer } from "../servers/target.ts";
import { addSample, type Measure } from "./findings.ts";
import { residentBytes } from "./process-usage.ts";

/** Resident memory per idle connection with one subscription: the growth from a few connections to many. */
export const measureMemory: Measure = async ({ target, server, plan }, findings) => {
  const { pid } = server;
  if (pid === undefined) return;
  const dialects = [target.dialect];
  const open = (size: number) =>
    openCrowd({ server, dialects, channel: liveChannel, size, concurrency: 32, payloadBytes: plan.payloadBytes });
  const first = await open(200);
  const before = await settledMemory(server, pid, plan.settleSeconds);
  const crowd = await open(plan.idleConnections);
  const after = await settledMemory(server, pid, plan.settleSeconds);
  addSample(findings, "memory", (after - before) / plan.idleConnections);
  first.close();
  crowd.close();
};

async function settledMemory(server: RunningServer, pid: number, seconds: number): Promise<number> {
  await server.probe?.collectGarbage();
  await Bun.sleep(seconds * 1000);
  await server.probe?.collectGarbage();
  return residentBytes(pid);
}
