import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type Answer, connectionToken, startDeployment } from "./application.ts";

const app = new Hono();

const reply = ({ status, body }: Answer): Response => Response.json(body, { status });

app.post("/deployments", async ({ req }) => {
  const { instanceType } = await req.json<{ instanceType?: string }>();
  return reply(await startDeployment(req.header("authorization"), instanceType));
});

app.get("/token", async ({ req }) => reply(await connectionToken(req.header("authorization"))));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
