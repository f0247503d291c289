import { defineEventHandler, getRequestHeader, setResponseStatus } from "h3";
import { connectionToken } from "../../application.ts";

// biome-ignore lint/style/noDefaultExport: by it Nitro finds the route
export default defineEventHandler(async (event) => {
  const { status, body } = await connectionToken(getRequestHeader(event, "authorization"));
  setResponseStatus(event, status);
  return body;
});
