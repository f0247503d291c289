import assert from "node:assert/strict";
import { join, posix } from "node:path";
import { before, describe, it } from "node:test";
import { NODE, ROOT, run } from "../setup/command.mjs";
import { withFiles } from "./source-tree.fixture.mjs";

const S = "packages/server/src";

/** A small tree that keeps every rule: file → what it imports. */
const house = {
  "main.ts": ["cli/serve.ts"],
  "cli/serve.ts": ["compose.ts", "config/load.ts"],
  "index.ts": ["compose.ts", "hub/index.ts"],
  "testing.ts": ["compose.ts"],
  "contracts.ts": ["engines/engine.contract.ts"],
  "compose.ts": [
    "engines/memory/index.ts",
    "listeners/node/index.ts",
    "doors/plain/index.ts",
    "hub/index.ts",
    "auth/tokens.ts",
  ],
  "config/load.ts": [],
  "kit/clock.ts": [],
  "hub/index.ts": ["hub/hub.ts", "hub/values/publication.ts", "hub/operations/publish.ts"],
  "hub/values/publication.ts": [],
  "hub/values/errors.ts": [],
  "hub/ports/engine.ts": ["hub/values/publication.ts"],
  "hub/ports/outlet.ts": [],
  "hub/hub.ts": ["hub/ports/engine.ts", "hub/values/publication.ts", "kit/clock.ts"],
  "hub/operations/publish.ts": ["hub/hub.ts", "hub/ports/engine.ts", "hub/values/errors.ts"],
  "hub/hub.test.ts": ["hub/hub.ts", "engines/memory/index.ts"],
  "engines/engine.contract.ts": ["hub/index.ts"],
  "engines/memory/index.ts": ["hub/index.ts", "hub/ports/engine.ts", "kit/clock.ts"],
  "engines/memory/memory.contract.test.ts": ["engines/engine.contract.ts", "engines/memory/index.ts"],
  "engines/redis/index.ts": ["hub/ports/engine.ts"],
  "listeners/route-table.ts": ["hub/ports/outlet.ts"],
  "listeners/node/index.ts": ["hub/ports/outlet.ts", "listeners/route-table.ts", "kit/clock.ts"],
  "doors/plain/index.ts": ["hub/index.ts", "kit/clock.ts"],
  "auth/tokens.ts": ["hub/ports/engine.ts", "hub/index.ts"],
  "api/publish.ts": ["hub/index.ts"],
};

/** One broken import a row: the rule that must see it. */
const violations = [
  ["no-cycles", "config/load.ts", "config/schema.ts", { "config/schema.ts": ["config/load.ts"] }],
  ["no-unresolvable", "kit/clock.ts", "kit/nowhere.ts"],
  ["kit-imports-nothing-of-ours", "kit/clock.ts", "hub/values/errors.ts"],
  ["config-imports-nothing-of-ours", "config/load.ts", "kit/clock.ts"],
  ["hub-imports-kit-only", "hub/values/errors.ts", "config/load.ts"],
  ["ports-import-nouns", "hub/ports/outlet.ts", "hub/hub.ts"],
  ["nouns-import-nouns", "hub/values/errors.ts", "hub/hub.ts"],
  ["machine-not-to-operations", "hub/gap.ts", "hub/operations/publish.ts", { "hub/gap.ts": [] }],
  ["hub-front-is-for-others", "hub/operations/publish.ts", "hub/index.ts"],
  ["listeners-import-ports-and-kit", "listeners/node/index.ts", "hub/index.ts"],
  ["doors-import-hub-and-kit", "doors/plain/index.ts", "auth/tokens.ts"],
  ["engines-import-hub-and-kit", "engines/memory/index.ts", "config/load.ts"],
  ["stores-import-hub-and-kit", "stores/sqlite/index.ts", "config/load.ts", { "stores/sqlite/index.ts": [] }],
  ["auth-imports-hub-and-kit", "auth/tokens.ts", "api/publish.ts"],
  ["api-imports-hub-and-kit", "api/publish.ts", "auth/tokens.ts"],
  ["through-the-front-of-hub", "api/publish.ts", "hub/hub.ts"],
  ["through-the-front-of-hub", "compose.ts", "hub/hub.ts"],
  ["no-member-to-member", "engines/redis/index.ts", "engines/memory/index.ts"],
  ["no-family-top-to-member", "engines/engine.contract.ts", "engines/memory/index.ts"],
  ["only-compose-names-members", "cli/serve.ts", "engines/memory/index.ts"],
  ["only-compose-names-members", "index.ts", "doors/plain/index.ts"],
  ["compose-is-for-the-edge", "api/publish.ts", "compose.ts"],
  ["nobody-imports-main", "cli/serve.ts", "main.ts"],
  ["cli-is-for-main", "index.ts", "cli/serve.ts"],
  ["product-never-imports-proof", "engines/memory/index.ts", "engines/engine.contract.ts"],
  ["nobody-imports-a-test", "hub/hub.ts", "hub/hub.test.ts"],
  [
    "server-by-its-fronts",
    "../../../conformance/src/a.test.ts",
    "hub/hub.ts",
    { "../../../conformance/src/a.test.ts": [] },
  ],
];

/** Paths as the rules see them: from the root, with the server's sources as the place to start. */
const place = (file) => posix.join(S, file);

function write(imports) {
  return Object.fromEntries(
    Object.entries(imports).map(([file, targets]) => {
      const from = posix.dirname(place(file));
      const lines = targets.map((to) => `import type { x } from "./${posix.relative(from, place(to))}";\n`);
      return [place(file), `${lines.join("")}export const x = 1;\n`];
    }),
  );
}

/** What the rules say about `files`, as "rule: from → to". */
async function judge(files) {
  return withFiles({ ...files, "conformance/package.json": "{}" }, async (root) => {
    const tool = join(ROOT, "node_modules/.bin/depcruise");
    const config = join(ROOT, ".dependency-cruiser.cjs");
    const args = [tool, "--config", config, "--output-type", "json", "packages", "conformance"];
    const { output } = await run(NODE, args, { cwd: root });
    const { violations: found } = JSON.parse(output.slice(output.indexOf("{"))).summary;
    return found.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  });
}

describe("the import rules", () => {
  let verdict = [];

  before(async () => {
    const imports = { ...house };
    for (const [, from, to, more = {}] of violations) {
      Object.assign(imports, more);
      imports[from] = [...imports[from], to];
    }
    verdict = await judge(write(imports));
  });

  it("accept a house in order", async () => {
    assert.deepEqual(await judge(write(house)), []);
  });

  for (const [rule, from, to] of violations) {
    it(`${rule}: refuse ${posix.normalize(from)} → ${to}`, () => {
      const target = rule === "no-unresolvable" ? `./${to.split("/").at(-1)}` : place(to);
      assert.ok(verdict.includes(`${rule}: ${place(from)} → ${target}`), verdict.join("\n"));
    });
  }

  it("refuse a runtime in the rules, and ws outside of its listener", async () => {
    const ws = 'import { WebSocket } from "ws";\nexport const x = WebSocket;\n';
    const broken = await judge({
      [place("doors/plain/socket.ts")]: 'import { connect } from "node:net";\nexport const x = connect;\n',
      [place("api/socket.ts")]: ws,
      [place("listeners/node/socket.ts")]: ws,
    });
    assert.deepEqual(broken.map((each) => each.split(" → ")[0]).sort(), [
      `only-the-node-listener-knows-ws: ${place("api/socket.ts")}`,
      `rules-know-no-runtime: ${place("doors/plain/socket.ts")}`,
    ]);
  });
});
