import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { methods } from "../packages/server/src/api/methods.ts";
import { loadConfig, parseConfig, startServer } from "../packages/server/src/index.ts";
import { writeDevConfig } from "./dev-config.mjs";
import { languages } from "./docs/event-words.mjs";
import { fillRegions } from "./docs/regions.mjs";
import { createShell } from "./docs/shell.mjs";
import { snippetsOf } from "./docs/snippets.mjs";
import { withFiles } from "./house/source-tree.fixture.mjs";
import { BUN, NODE, ROOT, run } from "./setup/command.mjs";

const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "packages/server/README.md"],
  ...Object.keys(languages).flatMap((language) =>
    readdirSync(join(ROOT, "docs", language)).map((name) => `docs/${language}/${name}`),
  ),
].filter((name) => name.endsWith(".md"));
/** What may stand behind the language of a snippet; CONTRIBUTING.md says what it means. */
const USES = ["", "hub", "config", "refused", "by-hand", "answers", "subscribes", "token", "runs"];
const log = { debug() {}, info() {}, warn() {}, error() {} };
const refused = /"error":\{"code"/;

const read = (page) => readFileSync(join(ROOT, page), "utf8");
const isShell = ({ language, use }) => language === "sh" && use !== "by-hand";

/** The hub that a page describes, or that of `npm start`; none for a page that starts its own. */
async function startHubOf(snippets, folder) {
  const described = snippets.find(({ use }) => use === "hub");
  if (!described && snippets.some(({ text }) => /^altavoz serve/m.test(text))) return undefined;
  const raw = described ? JSON.parse(described.text) : developmentConfig(folder);
  const { config } = parseConfig({ ...raw, http_server: { ...raw.http_server, port: 0 } });
  return startServer(config, { log });
}

function developmentConfig(folder) {
  const { file } = writeDevConfig(folder, { port: 8000, assetsFolder: "" });
  const { live, ...config } = JSON.parse(readFileSync(file, "utf8"));
  return live && config;
}

/** Does `use` in a folder where the packages of this repository are installed. */
const withFolder = (use) =>
  withFiles({ "package.json": '{"type":"module"}' }, (folder) => {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    return use(folder);
  });

describe("the documentation", () => {
  it("gets its generated parts between their marks, and refuses marks that nobody fills", () => {
    const page = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb";
    const filled = fillRegions(page, { x: "new\n" });
    assert.equal(filled, "a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb");
    assert.equal(fillRegions(filled, { x: "new" }), filled);
    assert.throws(() => fillRegions(page, {}), /nothing is generated for the region x/);
  });

  it("shows every method of the server API", () => {
    const page = read("docs/en/server-api.md");
    const missing = methods.filter(({ name }) => !page.includes(`curl $API/${name} `)).map(({ name }) => name);
    assert.deepEqual(missing, []);
  });

  for (const page of PAGES) {
    const snippets = snippetsOf(read(page));

    it(`links in ${page} only to what is there`, () => {
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)].map(([, target]) => target);
      const missing = links.filter((target) => !existsSync(join(ROOT, dirname(page), target)));
      assert.deepEqual(missing, []);
    });

    it(`asks in ${page} only for proofs that there are`, () => {
      assert.deepEqual(
        [...new Set(snippets.map(({ use }) => use))].filter((use) => !USES.includes(use)),
        [],
      );
    });

    const configs = snippets.filter(({ use }) => use === "config" || use === "hub");
    if (configs.length > 0) {
      it(`shows configurations in ${page} that the server takes`, () =>
        withFiles({}, (folder) => {
          for (const { language, text, line } of configs) {
            const file = join(folder, `line-${line}.${language}`);
            writeFileSync(file, text);
            assert.ok(loadConfig({ file, env: {} }).config);
          }
        }));
    }

    const plain = snippets.filter(({ language, use }) => language === "json" && use === "");
    if (plain.length > 0) {
      it(`shows JSON in ${page} that is JSON`, () => {
        for (const { text } of plain) JSON.parse(text);
      });
    }

    const shell = snippets.filter(isShell);
    if (shell.length > 0) {
      it(`shows commands in ${page} that work word for word`, () =>
        withFolder(async (folder) => {
          const hub = await startHubOf(snippets, folder);
          try {
            const outputs = await createShell(folder, hub?.url).run(shell);
            shell.forEach(({ use, text }, index) => {
              assert.equal(refused.test(outputs[index]), use === "refused", `${text}\n${outputs[index]}`);
            });
            const answers = snippets
              .filter(({ use }) => use === "answers")
              .flatMap(({ text }) => text.trim().split("\n"));
            for (const answer of answers) assert.ok(outputs.join("").includes(JSON.stringify(answer)), answer);
          } finally {
            await hub?.stop();
          }
        }));
    }

    for (const { text, line } of snippets.filter(({ use }) => use === "by-hand")) {
      it(`shows commands in ${page}:${line} that a shell understands`, async () => {
        const { code, output } = await run("bash", ["-n", "-c", text]);
        assert.equal(code, 0, output);
      });
    }

    const subscriber = snippets.find(({ use }) => use === "subscribes");
    if (subscriber) {
      it(`shows a subscriber in ${page} that receives`, () =>
        withFolder(async (folder) => {
          const channel = /newSubscription\("([^"]+)"\)/.exec(subscriber.text)?.[1] ?? "";
          const raw = developmentConfig(folder);
          const { config } = parseConfig({ ...raw, http_server: { port: 0 } });
          const hub = await startServer(config, { log });
          try {
            await heardBySubscriber({ hub, folder, channel, text: subscriber.text });
          } finally {
            await hub.stop();
          }
        }));
    }

    for (const { text, line } of snippets.filter(({ use }) => use === "runs")) {
      it(`shows a program in ${page}:${line} that runs`, () =>
        withFolder(async (folder) => {
          const source = (_, front = "index") =>
            JSON.stringify(pathToFileURL(join(ROOT, `packages/server/src/${front}.ts`)).href);
          const own = text.replace(/"@altavoz\/server(?:\/([\w-]+))?"/g, source).replace(/port: 8000/, "port: 0");
          writeFileSync(join(folder, "program.mjs"), own);
          const { code, output } = await run(NODE, ["program.mjs"], { cwd: folder, timeoutMs: 20_000 });
          assert.equal(code, 0, output);
        }));
    }

    const signer = snippets.find(({ use }) => use === "token");
    if (signer) {
      it(`shows how to sign a token in ${page} that the server believes`, () =>
        withFolder(async (folder) => {
          writeFileSync(join(folder, "sign.mjs"), signer.text);
          const secret = "a-secret-of-at-least-32-characters";
          const signed = await run(NODE, ["sign.mjs"], { cwd: folder, env: { TOKEN_SECRET: secret } });
          assert.equal(signed.code, 0, signed.output);
          const main = join(ROOT, "packages/server/src/main.ts");
          const env = { ALTAVOZ_CLIENT_TOKEN_HMAC_SECRET_KEY: secret };
          const checked = await run(BUN, [main, "checktoken", signed.output.trim()], { cwd: folder, env });
          assert.equal(checked.code, 0, checked.output);
        }));
    }
  }
});

/** Runs the snippet as a program of its own, waits until it has subscribed, publishes, and waits until it prints that. */
async function heardBySubscriber({ hub, folder, channel, text }) {
  const tenant = channel.split(":")[1];
  const file = join(folder, ".altavoz/dev.json");
  const who = ["--tenant", tenant, "--user", "developer"];
  const token = await run(BUN, [join(ROOT, "packages/server/src/main.ts"), "gentoken", "-q", "-c", file, ...who]);
  assert.equal(token.code, 0, token.output);
  const address = new URL(hub.url).host;
  writeFileSync(
    join(folder, "news.mjs"),
    text.replaceAll("localhost:8000", address).replace("TOKEN", token.output.trim()),
  );
  const subscribed = new Promise((resolve) => hub.hub.listen(({ type }) => type === "subscribed" && resolve()));
  const program = spawn(NODE, ["news.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  try {
    let printed = "";
    const heard = new Promise((resolve, reject) => {
      for (const stream of [program.stdout, program.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk) => {
          printed += chunk;
          if (printed.includes("Hello")) resolve();
        });
      }
      program.on("exit", (code) => reject(new Error(`ended with ${code}:\n${printed}`)));
    });
    await Promise.race([subscribed, heard]);
    const { http_api } = JSON.parse(readFileSync(file, "utf8"));
    const answer = await fetch(`${hub.url}/api/publish`, {
      method: "POST",
      headers: { "X-API-Key": http_api.key },
      body: JSON.stringify({ tenant, channel, data: { text: "Hello" } }),
    });
    assert.ok((await answer.json()).result);
    await heard;
  } finally {
    program.kill();
  }
}
