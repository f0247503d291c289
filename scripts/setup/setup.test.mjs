import assert from "node:assert/strict";
import { statSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withFiles } from "../house/source-tree.fixture.mjs";
import { mapAtMost, NODE, run } from "./command.mjs";
import { findFreePort } from "./free-port.mjs";
import { staleness } from "./install.mjs";
import { isFresh } from "./portal.mjs";

describe("the need to install", () => {
  const lock = (packages) => JSON.stringify({ packages });
  const wanted = {
    "": { name: "root" },
    "packages/server": { version: "1.0.0" },
    "node_modules/@altavoz/server": { resolved: "packages/server", link: true },
    "node_modules/ws": { version: "8.0.0" },
    "node_modules/only-on-mac": { version: "1.0.0", optional: true },
  };
  const reason = (installed) =>
    withFiles(
      {
        "package-lock.json": lock(wanted),
        ...(installed && { "node_modules/.package-lock.json": lock(installed) }),
      },
      staleness,
    );

  it("is there in a fresh clone", async () => {
    assert.equal(await reason(undefined), "none yet");
  });

  it("is gone when everything that the lock file names for this machine is there", async () => {
    assert.equal(await reason({ "node_modules/ws": { version: "8.0.0" } }), undefined);
  });

  it("comes back with a new version or a new package", async () => {
    assert.equal(await reason({ "node_modules/ws": { version: "7.0.0" } }), "ws 8.0.0 is missing");
    assert.equal(await reason({}), "ws 8.0.0 is missing");
  });
});

describe("the build of the page", () => {
  const files = { "index.html": "", "src/main.ts": "", "dist/index.html": "" };
  const age = (path, seconds) => utimesSync(path, seconds, seconds);

  it("is fresh until a source is newer", async () => {
    await withFiles(files, (root) => {
      for (const file of ["index.html", "src/main.ts", "src"]) age(join(root, file), 1000);
      assert.equal(isFresh(root), true);
      age(join(root, "src/main.ts"), statSync(join(root, "dist/index.html")).mtimeMs / 1000 + 10);
      assert.equal(isFresh(root), false);
    });
  });

  it("is needed where there is none", async () => {
    await withFiles({ "index.html": "" }, (root) => assert.equal(isFresh(root), false));
  });
});

describe("the search for a port", () => {
  it("passes over one that is taken, on either address family", async () => {
    for (const host of ["127.0.0.1", "::"]) {
      const server = createServer();
      await new Promise((resolve) => server.listen(0, host, resolve));
      const { port } = server.address();
      assert.ok((await findFreePort(port)) > port);
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe("running a program", () => {
  it("gives exit code and output", async () => {
    const { code, output } = await run(NODE, ["-e", "console.log('out'); console.error('err'); process.exit(7)"]);
    assert.equal(code, 7);
    assert.deepEqual(output.trim().split("\n").sort(), ["err", "out"]);
  });

  it("ends what takes too long, with its children", async () => {
    const child =
      "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' })";
    const { timedOut, code } = await run(NODE, ["-e", `${child}; setInterval(() => {}, 1e6)`], { timeoutMs: 500 });
    assert.deepEqual({ timedOut, failed: code !== 0 }, { timedOut: true, failed: true });
  });

  it("says when it cannot start", async () => {
    const { code, output } = await run("no-such-program", []);
    assert.notEqual(code, 0);
    assert.match(output, /ENOENT/);
  });

  it("keeps to its width and to the order of its items", async () => {
    let active = 0;
    let most = 0;
    const results = await mapAtMost(2, [3, 1, 2, 0], async (turns) => {
      most = Math.max(most, ++active);
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      active--;
      return turns;
    });
    assert.deepEqual({ results, most }, { results: [3, 1, 2, 0], most: 2 });
  });
});
