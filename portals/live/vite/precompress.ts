import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(?:html|js|css|svg|json|txt)$/;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Writes a `.br` and a `.gz` beside every text file of the build, so that the hub never compresses while serving. */
export function precompress(): Plugin {
  let outDir = "";
  return {
    name: "altavoz:precompress",
    apply: "build",
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const names = await readdir(outDir, { recursive: true });
      await Promise.all(names.filter((name) => TEXT.test(name)).map((name) => compressFile(join(outDir, name))));
    },
  };
}

async function compressFile(file: string): Promise<void> {
  const raw = await readFile(file);
  const hints = { [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  await Promise.all([
    brotli(raw, { params: hints }).then((bytes) => writeFile(`${file}.br`, bytes)),
    zip(raw, { level: 9 }).then((bytes) => writeFile(`${file}.gz`, bytes)),
  ]);
}
