import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { listFiles } from "./files.mjs";

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
  const files = listFiles(root);

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

/** The script of a component, moved down to the line where it stands. */
function scriptOf(component) {
  const block = SCRIPT_BLOCK.exec(component);
  if (!block) return "";
  const start = block.index + block[0].indexOf(block[1]);
  return component.slice(0, start).replace(/[^\n]/g, " ") + block[1];
}

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
