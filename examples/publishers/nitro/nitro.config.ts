import { defineNitroConfig } from "nitropack/config";

export default defineNitroConfig({
  compatibilityDate: "2025-12-06",
  preset: "node-server",
  // Of this repository alone: take the packages' sources, which need no build.
  exportConditions: ["@altavoz/source"],
});
