import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readApis } from "./proof/api.mjs";
import { NODE, ROOT, run } from "./setup/command.mjs";
import { buildPackages, PACKAGES } from "./setup/packages.mjs";

const bin = (name) => join(ROOT, "node_modules/.bin", name);
/** Tools of packages call `npm`, which wants the Node of its own. */
const AT_HAND = { PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };

describe("the packages for applications, as they are shipped", () => {
  before(() => buildPackages());

  for (const name of PACKAGES) {
    it(`${name}: publint finds nothing`, async () => {
      const { code, output } = await run(NODE, [bin("publint"), "--strict", `packages/${name}`], { env: AT_HAND });
      assert.equal(code, 0, output);
    });

    it(`${name}: its types are right wherever they are asked for`, async () => {
      const attw = [bin("attw"), "--pack", `packages/${name}`, "--profile", "esm-only", "--format", "ascii"];
      const { code, output } = await run(NODE, attw, { env: AT_HAND });
      assert.equal(code, 0, output);
    });
  }

  it("offer exactly what api.txt says", () => {
    for (const { name, text, known } of readApis(ROOT)) {
      const [offered, written] = [text.split("\n\n"), known?.split("\n\n") ?? []];
      const changed = offered.filter((entry) => !written.includes(entry));
      const gone = written.filter((entry) => !offered.includes(entry));
      const next = `packages/${name}/api.txt is of another day; when that is meant: npm run build -- --api`;
      assert.deepEqual({ changed, gone }, { changed: [], gone: [] }, next);
      assert.equal(text, known, next);
    }
  });

  it("have a newcomer's page", () => {
    for (const name of PACKAGES) {
      const page = readFileSync(join(ROOT, "packages", name, "README.md"), "utf8");
      assert.match(page, new RegExp(`npm (i|install) .*@altavoz/${name}`), `${name} says how to install it`);
    }
  });
});

describe("the packages that run anywhere", () => {
  const neutral = ["events", "backend", "client"];
  let folder;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "altavoz-shipped-"));
    for (const name of neutral) {
      const target = join(folder, "node_modules/@altavoz", name);
      mkdirSync(target, { recursive: true });
      for (const part of ["dist", "package.json"]) {
        cpSync(join(ROOT, "packages", name, part), join(target, part), { recursive: true });
      }
      const { dependencies = {} } = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
      for (const dependency of Object.keys(dependencies).filter((each) => !each.startsWith("@altavoz/"))) {
        const link = join(folder, "node_modules", dependency);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(placeOf(name, dependency), link);
      }
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are imported by the oldest Node that they name", async () => {
    const lines = neutral.map((name) => `console.log(Object.keys(await import("@altavoz/${name}")).length > 0);`);
    const { code, output } = await run("node", ["--input-type=module", "-e", lines.join("\n")], { cwd: folder });
    assert.equal(code, 0, output);
    assert.equal(output, "true\n".repeat(neutral.length));
  });

  it("name nothing of Node's own", () => {
    for (const name of neutral) {
      const dist = join(ROOT, "packages", name, "dist");
      for (const file of readdirSync(dist, { recursive: true }).filter((each) => each.endsWith(".js"))) {
        assert.doesNotMatch(readFileSync(join(dist, file), "utf8"), /from "node:/, `${name}/${file}`);
      }
    }
  });
});

/** Where npm has put it for this package. */
const placeOf = (name, dependency) =>
  [join(ROOT, "packages", name, "node_modules", dependency), join(ROOT, "node_modules", dependency)].find(existsSync);
