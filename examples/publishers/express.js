import express from "express";
import { connectionToken, startDeployment } from "./application.ts";

const app = express();
app.use(express.json());

app.post("/deployments", async (request, response) => {
  const { status, body } = await startDeployment(request.get("authorization"), request.body?.instanceType);
  response.status(status).json(body);
});

app.get("/token", async (request, response) => {
  const { status, body } = await connectionToken(request.get("authorization"));
  response.status(status).json(body);
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${server.address().port}`);
});
