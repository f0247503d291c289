import { fastify } from "fastify";
import { connectionToken, startDeployment } from "./application.ts";

const app = fastify();

app.post<{ Body?: { instanceType?: string } }>("/deployments", async ({ headers, body: given }, reply) => {
  const { status, body } = await startDeployment(headers.authorization, given?.instanceType);
  return reply.status(status).send(body);
});

app.get("/token", async ({ headers }, reply) => {
  const { status, body } = await connectionToken(headers.authorization);
  return reply.status(status).send(body);
});

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000) }));
