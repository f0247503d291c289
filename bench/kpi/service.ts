import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketService } from "../../packages/server/src/websocket-service.ts";
import { answerParent } from "./question.ts";

/** One `WebSocketService`, as an application starts it. */

const CALLS = 1_000;
const httpServer = createServer();
const service = new WebSocketService(httpServer, { redis: false, rateLimit: 0, log: console });
service.setupEventHandlers();
await service.initialize();

function time(call: (index: number) => unknown): readonly number[] {
  return Array.from({ length: CALLS }, (_, index) => {
    const start = performance.now();
    call(index);
    return performance.now() - start;
  });
}

const note = { type: "INFO", title: "Title", message: "Message", payload: { orderId: "12345" } } as const;

httpServer.listen(0, "127.0.0.1", () =>
  answerParent((httpServer.address() as AddressInfo).port, {
    calls() {
      const register = time((index) => service.registerUser(`fake-${index}`, `fake-user-${index}`));
      const publish = time((index) => service.publishNotification({ userId: `fake-user-${index}`, ...note }));
      const emit = time((index) => service.sendToUser(`fake-user-${index}`, "event", { key: "value" }));
      for (let index = 0; index < CALLS; index++) service.unregisterUser(`fake-${index}`);
      return { register, publish, emit };
    },
    flood(count) {
      for (let index = 0; index < count; index++) {
        service.publishUpdate({ roomId: "crowd", type: "T", payload: { index, last: index === count - 1 } });
      }
    },
  }),
);
