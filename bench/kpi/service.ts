import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketService } from "../../packages/server/src/index.ts";

/** One `WebSocketService` in a process of its own; what it is asked over the channel to its parent, it answers there. */
export interface Question {
  readonly ask: "calls" | "memory" | "flood";
  readonly count?: number;
}

const CALLS = 1_000;
const httpServer = createServer();
const service = new WebSocketService(httpServer, { redis: false, rateLimit: 0, log: console });
service.setupEventHandlers();
await service.initialize();
httpServer.listen(0, "127.0.0.1", () => process.send?.({ port: (httpServer.address() as AddressInfo).port }));

/** How long each of many calls takes, in milliseconds. */
function time(call: (index: number) => unknown): number[] {
  return Array.from({ length: CALLS }, (_, index) => {
    const start = performance.now();
    call(index);
    return performance.now() - start;
  });
}

const note = { type: "INFO", title: "Title", message: "Message", payload: { orderId: "12345" } } as const;

const answers = {
  calls: () => {
    const register = time((index) => service.registerUser(`fake-${index}`, `fake-user-${index}`));
    const publish = time((index) => service.publishNotification({ userId: `fake-user-${index}`, ...note }));
    const emit = time((index) => service.sendToUser(`fake-user-${index}`, "event", { key: "value" }));
    for (let index = 0; index < CALLS; index++) service.unregisterUser(`fake-${index}`);
    return { register, publish, emit };
  },
  memory: () => {
    (globalThis as { gc?: () => void }).gc?.();
    return process.memoryUsage.rss();
  },
  flood: (count = 0) => {
    for (let index = 0; index < count; index++) {
      service.publishUpdate({ roomId: "crowd", type: "T", payload: { index, last: index === count - 1 } });
    }
    return true;
  },
};

process.on("message", ({ ask, count }: Question) => process.send?.({ answer: answers[ask](count) }));
process.on("disconnect", () => process.exit());
