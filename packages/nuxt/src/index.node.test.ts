import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as bindings from "@altavoz/vue";
import { loadNuxt, useNitro } from "@nuxt/kit";
import type { Nuxt } from "@nuxt/schema";
import altavoz from "./index.ts";

interface Named {
  getImports(): Promise<{ readonly name: string }[]>;
}

let buildDir: string;
let nuxt: Nuxt;
let pageImports: string[] = [];
let serverImports: string[] = [];

before(async () => {
  buildDir = await mkdtemp(join(tmpdir(), "altavoz-nuxt-"));
  nuxt = await loadNuxt({
    cwd: join(import.meta.dirname, ".."),
    ready: false,
    overrides: { buildDir, modules: [altavoz], telemetry: false, devtools: { enabled: false } },
  });
  const pages = new Promise<Named>((resolve) => nuxt.hook("imports:context", resolve));
  await nuxt.ready();
  pageImports = (await (await pages).getImports()).map(({ name }) => name);
  const server = await nuxt.runWithContext(() => useNitro().unimport?.getImports());
  serverImports = server?.map(({ name }) => name) ?? [];
});

after(async () => {
  await nuxt?.close();
  await rm(buildDir, { recursive: true, force: true });
});

describe("module", () => {
  it("brings along every composable of the Vue binding", () => {
    const composables = Object.keys(bindings).filter((name) => /^(use|provide)/.test(name));
    assert.ok(composables.length > 5);
    assert.deepEqual(
      composables.filter((name) => !pageImports.includes(name)),
      [],
    );
  });

  it("brings along the token route on the server", () => {
    assert.ok(serverImports.includes("eventsTokenHandler"));
  });

  it("puts the hub's address where one build serves every environment", () => {
    assert.equal(nuxt.options.runtimeConfig.public.eventsUrl, "/");
  });
});
