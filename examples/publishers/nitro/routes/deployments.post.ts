import { defineEventHandler, getRequestHeader, readBody, setResponseStatus } from "h3";
import { startDeployment } from "../../application.ts";

// biome-ignore lint/style/noDefaultExport: by it Nitro finds the route
export default defineEventHandler(async (event) => {
  const { instanceType } = await readBody<{ instanceType?: string }>(event);
  const { status, body } = await startDeployment(getRequestHeader(event, "authorization"), instanceType);
  setResponseStatus(event, status);
  return body;
});
