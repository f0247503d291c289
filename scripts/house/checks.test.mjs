import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkAmbient } from "./ambient.mjs";
import { checkBudgets } from "./budgets.mjs";
import { applyExceptions } from "./exceptions.mjs";
import { checkFamilies } from "./families.mjs";
import { checkLock } from "./lock.mjs";
import { checkNumbers } from "./numbers.mjs";
import { checkPorts } from "./ports.mjs";
import { withFiles } from "./source-tree.fixture.mjs";
import { createSourceTree } from "./source-tree.mjs";
import { checkTraces } from "./traces.mjs";

const S = "packages/server/src";

/** The findings of one check as "rule file:line". */
const findings = (check, files) =>
  withFiles(files, (root) =>
    check(createSourceTree(root)).map(({ rule, file, line }) => `${rule} ${file}${line ? `:${line}` : ""}`),
  );

describe("the family check", () => {
  const family = {
    [`${S}/engines/engine.contract.ts`]: "export const engineContract = 1;",
    [`${S}/engines/memory/index.ts`]: "export function createMemoryEngine(): void {}",
    [`${S}/engines/memory/memory.contract.test.ts`]: 'import { engineContract } from "../engine.contract.ts";',
  };

  it("accepts a member with a front that runs the contract", async () => {
    assert.deepEqual(await findings(checkFamilies, family), []);
  });

  it("accepts a family that has no members yet", async () => {
    assert.deepEqual(await findings(checkFamilies, { [`${S}/kit/clock.ts`]: "" }), []);
  });

  it("refuses a family without a contract", async () => {
    const { [`${S}/engines/engine.contract.ts`]: _, ...rest } = family;
    assert.deepEqual(await findings(checkFamilies, rest), [`family-contract ${S}/engines`]);
  });

  it("refuses a member without a contract test", async () => {
    const { [`${S}/engines/memory/memory.contract.test.ts`]: _, ...rest } = family;
    assert.deepEqual(await findings(checkFamilies, rest), [`family-contract ${S}/engines/memory`]);
  });

  it("knows the contract by its name, however many files it is made of", async () => {
    const parts = { ...family, [`${S}/engines/engine-order.contract.ts`]: "export const order = 1;" };
    assert.deepEqual(await findings(checkFamilies, parts), []);
  });

  it("asks for a contract beside the family's own of who makes such a thing, and of nobody else", async () => {
    const besides = { ...family, [`${S}/engines/revocations.contract.ts`]: "export const revocationsContract = 1;" };
    assert.deepEqual(await findings(checkFamilies, besides), []);
    const unproven = {
      ...besides,
      [`${S}/engines/memory/index.ts`]:
        'export function createMemoryEngine(): void {}\nexport { createMemoryRevocations } from "./revocations.ts";',
    };
    assert.deepEqual(await findings(checkFamilies, unproven), [`family-contract ${S}/engines/memory`]);
    const proven = {
      ...unproven,
      [`${S}/engines/memory/revocations.contract.test.ts`]:
        'import { revocationsContract } from "../revocations.contract.ts";',
    };
    assert.deepEqual(await findings(checkFamilies, proven), []);
  });

  it("refuses a contract test that imports something else", async () => {
    const files = {
      ...family,
      [`${S}/engines/memory/memory.contract.test.ts`]: 'import { x } from "./engine.contract.ts";',
    };
    assert.deepEqual(await findings(checkFamilies, files), [`family-contract ${S}/engines/memory`]);
  });

  it("refuses a member without a front, or with one that makes nothing", async () => {
    const { [`${S}/engines/memory/index.ts`]: _, ...rest } = family;
    assert.deepEqual(await findings(checkFamilies, rest), [`family-front ${S}/engines/memory`]);
    const empty = { ...family, [`${S}/engines/memory/index.ts`]: "export const memory = 1;" };
    assert.deepEqual(await findings(checkFamilies, empty), [`family-front ${S}/engines/memory/index.ts`]);
  });
});

describe("the port check", () => {
  const file = `${S}/hub/ports/outlet.ts`;
  const port = (members, comment = "/** A promise. */\n") => ({
    [file]: `${comment}export interface Outlet {\n${members}\n}`,
  });

  it("accepts twelve members and refuses thirteen", async () => {
    const members = (count) => Array.from({ length: count }, (_, i) => `m${i}(): void;`).join("\n");
    assert.deepEqual(await findings(checkPorts, port(members(12))), []);
    assert.deepEqual(await findings(checkPorts, port(members(13))), [`port-members ${file}:2`]);
  });

  it("asks for a promise on each member, or on the port", async () => {
    const silent = "send(): void;\nreadonly close: () => void;\nreadonly size: number;";
    assert.deepEqual(await findings(checkPorts, port(silent)), []);
    assert.deepEqual(await findings(checkPorts, port(silent, "")), [
      `port-promise ${file}:2`,
      `port-promise ${file}:3`,
    ]);
    assert.deepEqual(await findings(checkPorts, port("/** Queues. */\nsend(): void;", "")), []);
  });
});

describe("the budget check", () => {
  const lines = (count) => "//\n".repeat(count);

  it("caps files at 400 lines, and tests, contracts and fixtures at 800", async () => {
    const files = {
      [`${S}/a.ts`]: lines(400),
      [`${S}/b.ts`]: lines(401),
      [`${S}/c.test.ts`]: lines(800),
      [`${S}/d.contract.ts`]: lines(801),
      "portals/live/src/page.vue": lines(401),
    };
    assert.deepEqual(await findings(checkBudgets, files), [
      `file-lines ${S}/b.ts`,
      `file-lines ${S}/d.contract.ts`,
      "file-lines portals/live/src/page.vue",
    ]);
  });

  it("caps functions at 80 lines, in components too", async () => {
    const body = (count) => `export function long(): void {\n${"//\n".repeat(count - 2)}}`;
    const files = {
      [`${S}/a.ts`]: body(80),
      [`${S}/b.ts`]: body(81),
      [`${S}/b.test.ts`]: body(81),
      "portals/live/src/page.vue": `<template/>\n<script setup lang="ts">\n${body(81)}\n</script>`,
    };
    assert.deepEqual(await findings(checkBudgets, files), [
      `function-lines ${S}/b.ts:1`,
      "function-lines portals/live/src/page.vue:3",
    ]);
  });

  it("allows three parameters, wherever functions are declared", async () => {
    const source = "const f = (a, b, c) => 1;\nconst g = (a, b, c, d) => 1;\ninterface P {\n  m(a, b, c, d): void;\n}";
    assert.deepEqual(await findings(checkBudgets, { [`${S}/a.ts`]: source }), [
      `parameters ${S}/a.ts:2`,
      `parameters ${S}/a.ts:4`,
    ]);
  });

  it("allows twenty source files at one level, not counting tests", async () => {
    const level = (count) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          [`${S}/hub/f${i}.ts`, ""],
          [`${S}/hub/f${i}.test.ts`, ""],
        ]).flat(),
      );
    assert.deepEqual(await findings(checkBudgets, level(20)), []);
    assert.deepEqual(await findings(checkBudgets, level(21)), [`folder-files ${S}/hub`]);
  });

  it("refuses folders whose name says nothing", async () => {
    assert.deepEqual(await findings(checkBudgets, { [`${S}/hub/utils/a.ts`]: "" }), [`folder-name ${S}/hub/utils`]);
  });

  it("refuses a front that exports everything", async () => {
    const files = {
      [`${S}/index.ts`]: 'export * from "./a.ts";\nexport { b } from "./b.ts";',
      [`${S}/a.ts`]: 'export * from "./c.ts";',
    };
    assert.deepEqual(await findings(checkBudgets, files), [`star-export ${S}/index.ts:1`]);
  });
});

describe("the check of time, randomness and environment", () => {
  const sources = [
    "Date.now();",
    "new Date();",
    "performance.now();",
    "Math.random();",
    "setTimeout(() => {}, 1);",
    "globalThis.setInterval(() => {}, 1);",
    "const later = setImmediate;",
  ];

  for (const source of sources) {
    it(`finds ${source} in product code only`, async () => {
      const files = {
        [`${S}/hub/a.ts`]: source,
        [`${S}/hub/a.test.ts`]: source,
        [`${S}/hub/a.contract.ts`]: source,
        [`${S}/hub/wheel.ts`]: source,
        [`${S}/kit/clock.ts`]: source,
        "portals/live/src/a.ts": source,
      };
      assert.deepEqual(await findings(checkAmbient, files), [`ambient-time ${S}/hub/a.ts:1`]);
    });
  }

  it("lets pass what only looks like it", async () => {
    const source =
      'new Date(0);\nclock.setTimeout(1);\nconst o = { setTimeout: 1 };\n// Date.now()\nconst s = "Math.random";';
    assert.deepEqual(await findings(checkAmbient, { [`${S}/hub/a.ts`]: source }), []);
  });

  it("lets only config/ read the environment", async () => {
    const source = "process.env.A;\nconst { env } = process;\nBun.env.B;\noptions.env;";
    const files = { [`${S}/hub/a.ts`]: source, [`${S}/config/load.ts`]: source };
    const at = (line) => `ambient-environment ${S}/hub/a.ts:${line}`;
    assert.deepEqual(await findings(checkAmbient, files), [at(1), at(2), at(3)]);
  });
});

describe("the check of numbers", () => {
  it("finds protocol codes outside of the two tables", async () => {
    const source = [
      "outlet.close(3008);",
      "const reply = { code: 103 };",
      "if (error.code === 109) {}",
      "switch (event.code) { case 3500: }",
    ].join("\n");
    const files = {
      [`${S}/doors/x/a.ts`]: source,
      [`${S}/hub/values/errors.ts`]: source,
      [`${S}/doors/x/a.test.ts`]: source,
    };
    const at = (line) => `protocol-code ${S}/doors/x/a.ts:${line}`;
    assert.deepEqual(await findings(checkNumbers, files), [at(1), at(2), at(3), at(4)]);
  });

  it("lets pass other numbers of that size", async () => {
    const source =
      "wait(3000);\nconst limit = 100;\nreply({ statusCode: 101 });\nsocket.close(1009);\nif (code === 101) {}";
    assert.deepEqual(await findings(checkNumbers, { [`${S}/doors/x/a.ts`]: source }), []);
  });

  it("finds fixed ports in tests, but not ports that are only data", async () => {
    const source = [
      "server.listen(8080);",
      "await listener.open({ port: 8000, routes });",
      'fetch("http://127.0.0.1:8000/health");',
      "new WebSocket(`ws://localhost:9000/x`);",
      "server.listen(0);",
      "listener.open({ port: 0 });",
      "parse({ http_server: { port: 9000 } });",
      'assert.equal(originOf("http://localhost:3000"), "localhost");',
    ].join("\n");
    const at = (line) => `fixed-port ${S}/a.test.ts:${line}`;
    assert.deepEqual(await findings(checkNumbers, { [`${S}/a.test.ts`]: source }), [at(1), at(2), at(3), at(4)]);
  });
});

describe("the check of traces", () => {
  it("finds paths of a machine", async () => {
    const home = ["", "home", "someone", "altavoz"].join("/");
    assert.deepEqual(await findings(checkTraces, { "a.md": `fine\nsee ${home}`, "b.md": "the route /home/page" }), [
      "machine-path a.md:2",
    ]);
    await withFiles({}, async (elsewhere) => {
      assert.deepEqual(await findings(checkTraces, { "a.ts": `const p = "${elsewhere}";` }), []);
    });
  });

  it("finds the path of the checkout itself", async () => {
    const rules = await withFiles({ "a.ts": "" }, (root) => {
      const tree = createSourceTree(root);
      return checkTraces({ ...tree, read: () => `const p = "${root}/x";` }).map(({ rule }) => rule);
    });
    assert.deepEqual(rules, ["machine-path"]);
  });
});

describe("the check of the lock file", () => {
  const lock = (packages) => ({ "package-lock.json": JSON.stringify({ packages }, null, 1) });

  it("accepts a whole one that names no addresses", async () => {
    const packages = {
      "": { name: "root" },
      "node_modules/@altavoz/server": { resolved: "packages/server", link: true },
      "node_modules/a": { optionalDependencies: { "a-mac": "1", "a-linux": "1" } },
      "node_modules/a-mac": {},
      "node_modules/a/node_modules/a-linux": {},
    };
    assert.deepEqual(await findings(checkLock, lock(packages)), []);
  });

  it("finds addresses", async () => {
    const resolved = ["https:", "", "packages.example", "a.tgz"].join("/");
    const found = await findings(checkLock, lock({ "node_modules/a": { resolved } }));
    assert.deepEqual(found, ["lock-addresses package-lock.json:4"]);
  });

  it("finds what is left out for other machines", async () => {
    const found = await findings(checkLock, lock({ "node_modules/a": { optionalDependencies: { "a-mac": "1" } } }));
    assert.deepEqual(found, ["lock-complete package-lock.json"]);
  });
});

describe("the exceptions", () => {
  const finding = { rule: "file-lines", file: "a.ts", message: "has 500 lines" };
  const messages = (found, exceptions) => applyExceptions(found, exceptions, "list.json").map(({ message }) => message);

  it("excuse the finding of their rule and file", () => {
    assert.deepEqual(messages([finding], [{ rule: "file-lines", file: "a.ts", reason: "one table" }]), []);
    assert.deepEqual(messages([finding], []), ["has 500 lines"]);
  });

  it("need a reason", () => {
    assert.deepEqual(messages([finding], [{ rule: "file-lines", file: "a.ts", reason: " " }]), [
      "file-lines in a.ts has no reason",
    ]);
  });

  it("may not outlive what they excuse", () => {
    const exceptions = [{ rule: "file-lines", file: "b.ts", reason: "one table" }];
    assert.deepEqual(messages([finding], exceptions), [
      "has 500 lines",
      "file-lines in b.ts excuses nothing: remove it",
    ]);
  });
});
