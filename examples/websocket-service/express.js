import { createServer } from "node:http";
import express from "express";
// Outside of this repository: from "@altavoz/server/websocket-service".
import { WebSocketService } from "../../packages/server/src/websocket-service.ts";

const app = express();
const httpServer = createServer(app);

const wsService = new WebSocketService(httpServer);
wsService.setupEventHandlers();

app.use(express.json());

app.post("/api/inventory/update", (request, response) => {
  const { branchId, item, quantity } = request.body;
  const success = wsService.publishUpdate({
    roomId: `branch-${branchId}`,
    type: "INVENTORY_UPDATE",
    payload: { item, quantity, updatedAt: new Date() },
  });
  response.json({ success });
});

app.post("/api/orders/:id/complete", (request, response) => {
  const delivered = wsService.publishNotification({
    userId: request.body.customerId,
    type: "SUCCESS",
    title: "Pedido Completado",
    message: `Tu pedido #${request.params.id} está listo`,
    payload: { orderId: request.params.id, readyForPickup: true },
  });
  response.json({ delivered });
});

app.get("/api/ws/health", (_, response) => {
  const health = wsService.healthCheck();
  response.status(health.healthy ? 200 : 503).json(health);
});

app.get("/api/ws/stats", (request, response) => {
  const key = process.env.WS_ADMIN_KEY;
  if (!key || request.get("authorization") !== `Bearer ${key}`) response.sendStatus(401);
  else response.json(wsService.getStats());
});

httpServer.listen(process.env.HTTP_PORT ?? 3001, () => {
  console.log(`Server running on port ${httpServer.address().port}`);
});

process.once("SIGTERM", async () => {
  await wsService.close();
  httpServer.close();
  httpServer.closeAllConnections();
});

export { wsService };
