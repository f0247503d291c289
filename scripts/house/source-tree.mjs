import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const SKIPPED = new Set(["node_modules", "dist", ".git", "coverage", "test-results", "out", "results", ".altavoz"]);
const SCRIPT_BLOCK = /<script\b[^>]*>([\s\S]*?)<\/script>/;

/**
 * The files of a checkout, each read and parsed at most once.
 *
 * @typedef {{ rule: string, file: string, line?: number, message: string }} Finding
 * @typedef {ReturnType<typeof createSourceTree>} SourceTree
 */
export function createSourceTree(root) {
  const texts = new Map();
  const parsed = new Map();
  const files = walk(root, "").sort();

  function read(file) {
    if (!texts.has(file)) texts.set(file, readFileSync(join(root, file), "utf8"));
    return texts.get(file);
  }

  function parse(file) {
    if (!parsed.has(file)) {
      const text = file.endsWith(".vue") ? scriptOf(read(file)) : read(file);
      parsed.set(file, ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
    }
    return parsed.get(file);
  }

  return { root, files, read, parse };
}

function walk(root, folder) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...walk(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** The script of a component, moved down to the line where it stands. */
function scriptOf(component) {
  const block = SCRIPT_BLOCK.exec(component);
  if (!block) return "";
  const start = block.index + block[0].indexOf(block[1]);
  return component.slice(0, start).replace(/[^\n]/g, " ") + block[1];
}

export const isSource = (file) => /\.(ts|mts|mjs|js|cjs|vue)$/.test(file) && !file.endsWith(".d.ts");
export const isTest = (file) => /\.test\.(ts|mjs)$/.test(file);
/** What only tests use. */
export const isFixture = (file) => /\.fixture\.(ts|mjs)$/.test(file);
export const isContract = (file) => file.endsWith(".contract.ts");

export const isProof = (file) => isTest(file) || isContract(file) || isFixture(file);

/** What runs at a customer's: the sources of published packages. */
export const isProduct = (file) => /^packages\/[^/]+\/src\//.test(file) && file.endsWith(".ts") && !isProof(file);

export const lineOf = (node) => node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** Calls `visit` for every node below `node`, parents first. */
export function visitNodes(node, visit) {
  ts.forEachChild(node, (child) => {
    visit(child);
    visitNodes(child, visit);
  });
}

/** The last name of what is called or read: `b` for `a.b`, `f` for `f`. */
export function lastName(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : "";
}
