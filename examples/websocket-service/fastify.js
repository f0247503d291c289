import fastify from "fastify";
// Outside of this repository: from "@altavoz/server/websocket-service".
import { WebSocketService } from "../../packages/server/src/websocket-service.ts";

const app = fastify();

// Health and figures need no route of the application: GET /api/ws/health, and GET /api/ws/stats with WS_ADMIN_KEY.
const wsService = new WebSocketService(app.server, { httpPrefix: "/api/ws" });
wsService.setupEventHandlers();

app.post("/api/inventory/update", async (request) => {
  const { branchId, item, quantity } = request.body;
  const success = wsService.publishUpdate({
    roomId: `branch-${branchId}`,
    type: "INVENTORY_UPDATE",
    payload: { item, quantity, updatedAt: new Date() },
  });
  return { success };
});

app.post("/api/orders/:id/complete", async (request) => {
  const delivered = wsService.publishNotification({
    userId: request.body.customerId,
    type: "SUCCESS",
    title: "Pedido Completado",
    message: `Tu pedido #${request.params.id} está listo`,
    payload: { orderId: request.params.id, readyForPickup: true },
  });
  return { delivered };
});

app.addHook("preClose", () => wsService.close());

await app.listen({ port: Number(process.env.HTTP_PORT ?? 3001) });
console.log(`Server running on port ${app.server.address().port}`);

process.once("SIGTERM", () => app.close());

export { wsService };
