import { connect, next } from "./official-client.ts";
import type { KpiPlan } from "./plan.ts";
import type { Subject } from "./subject.ts";
import { type Timings, timeEach } from "./timings.ts";

export type LatencyId = "webSocket" | "polling" | "ack" | "update";
export type Latencies = Readonly<Record<LatencyId, Timings>>;
export type CallId = "register" | "publish" | "emit";

/** How long calls of the service take, inside of its process; the first round compiles them. */
export async function measureCalls({ ask }: Subject): Promise<Readonly<Record<CallId, readonly number[]>>> {
  await ask({ ask: "calls" });
  return ask({ ask: "calls" });
}

/** From what a client does to what its handler, or another client's, sees. */
export async function measureLatencies({ url, pid }: Subject, plan: KpiPlan): Promise<Latencies> {
  const warmed = async (count: number, work: () => Promise<unknown>): Promise<Timings> => {
    await timeEach(pid, plan.warmUps, work);
    return timeEach(pid, count, work);
  };
  const connectOnce = (transports: string[]) => async (): Promise<unknown> =>
    (await connect(url, "caller", transports)).disconnect();
  const webSocket = await warmed(plan.connects, connectOnce(["websocket"]));
  const polling = await warmed(plan.connects, connectOnce(["polling", "websocket"]));
  const [sender, receiver] = [await connect(url, "sender"), await connect(url, "receiver")];
  await Promise.all([sender, receiver].map((socket) => socket.emitWithAck("join-room", "pair")));
  const ack = await warmed(plan.messages, () => sender.emitWithAck("ping"));
  const update = await warmed(plan.messages, () => {
    const arrived = next(receiver, "update");
    sender.emit("publish-update", { roomId: "pair", type: "T", payload: { orderId: "12345" } });
    return arrived;
  });
  sender.disconnect();
  receiver.disconnect();
  return { webSocket, polling, ack, update };
}
