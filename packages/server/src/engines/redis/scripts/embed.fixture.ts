/** `node embed.fixture.ts` puts the scripts of this folder into ../scripts.ts, which every way of shipping carries along. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
export const embeddedScripts: string = fileURLToPath(new URL("../scripts.ts", import.meta.url));

/** The text of ../scripts.ts. */
export function embedScripts(): string {
  const files = readdirSync(new URL(".", import.meta.url)).filter((file) => /-(\d+|n)\.lua$/.test(file));
  const scripts = files.sort().map((file) => {
    const name = file.replace(/-(\d+|n)\.lua$/, "").replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const lua = read(file).replace(/^-- Include (\S+)\n/gm, (_, included: string) => read(included));
    if (/[`\\]|\$\{/.test(lua)) throw new Error(`${file}: no backtick, backslash or \${ in a script, please`);
    return `export const ${name}: Script = createScript(\n  "${file}",\n  \`${lua}\`,\n);\n`;
  });
  return `// Made of scripts/*.lua by scripts/embed.fixture.ts: change those, then run it.\nimport { createScript, type Script } from "./script.ts";\n\n${scripts.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(embeddedScripts, embedScripts());
