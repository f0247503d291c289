import { startBusyDay } from "../platform/busy-day.ts";
import { usePlatform } from "../platform/platform.ts";

export default defineNitroPlugin(({ hooks }) => {
  if (!useRuntimeConfig().demo) return;
  const day = new AbortController();
  hooks.hook("close", () => day.abort());
  startBusyDay({ tenantId: "12345", ...usePlatform(), signal: day.signal });
});
