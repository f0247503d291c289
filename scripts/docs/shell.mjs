import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUN, ROOT, run } from "../setup/command.mjs";
import { findFreePort } from "../setup/free-port.mjs";

const ADDRESS = "localhost:8000";
const MARK = "── block ──";
const SERVE = /^altavoz serve.*$/gm;

/** Where a reader would type the commands of one page: a folder of its own, with `altavoz` as a command. */
export function createShell(folder, hubUrl) {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "altavoz"), `#!/bin/sh\nexec "${BUN}" "${join(ROOT, "packages/server/src/main.ts")}" "$@"\n`);
  chmodSync(join(bin, "altavoz"), 0o755);

  return {
    /**
     * Runs blocks one after the other in one shell, word for word but for the address of the hub. A block that serves does
     * so until the end.
     *
     * @returns {Promise<string[]>} what each block printed
     */
    async run(blocks) {
      const port = await findFreePort(20_000 + Math.floor(Math.random() * 10_000));
      const address = hubUrl ? new URL(hubUrl).host : `localhost:${port}`;
      const ready = `until curl -sf http://${address}/health > health.txt; do sleep 0.1; done`;
      const lines = blocks.map(({ text }) =>
        text.replaceAll(ADDRESS, address).replace(SERVE, (line) => `${line} --port ${port} 2> hub.log & ${ready}`),
      );
      const script = ["set -eu", "trap 'kill $(jobs -p) 2> /dev/null || :' EXIT", ...lines.flatMap(marked)].join("\n");
      const { code, output } = await run("bash", ["-c", script], {
        cwd: folder,
        timeoutMs: 20_000,
        env: { PATH: `${bin}:${process.env.PATH}` },
      });
      if (code !== 0) throw new Error(`ended with ${code}:\n${script}\n\n${output}`);
      return output.split(`${MARK}\n`).slice(1);
    },
  };
}

const marked = (block) => [`echo; echo "${MARK}"`, block];
