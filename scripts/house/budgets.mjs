import { posix } from "node:path";
import ts from "typescript";
import { isProof, isSource, isTest } from "./files.mjs";
import { lineOf, visitNodes } from "./source-tree.mjs";

const FILE_LINES = 400;
const TEST_LINES = 800;
const FUNCTION_LINES = 80;
const PARAMETERS = 3;
const FILES_AT_ONE_LEVEL = 20;
const BANNED_FOLDERS = new Set(["utils", "util", "helpers", "helper", "common", "types", "managers", "misc"]);

/** Nothing grows beyond what a reader takes in at once. The maximum is capped, not the average. */
export function checkBudgets(tree) {
  const sources = tree.files.filter(isSource);
  return [...sources.flatMap((file) => checkFile(tree, file)), ...checkLevels(sources), ...checkFolders(tree.files)];
}

function checkFile(tree, file) {
  const findings = [];
  const proof = isProof(file);
  const limit = proof ? TEST_LINES : FILE_LINES;
  const lines = tree.read(file).trimEnd().split("\n").length;
  if (lines > limit) {
    findings.push({ rule: "file-lines", file, message: `has ${lines} lines, at most ${limit}: split it by meaning` });
  }
  if (proof) return findings;
  visitNodes(tree.parse(file), (node) => {
    if (ts.isFunctionLike(node)) findings.push(...checkFunction(file, node));
    if (ts.isExportDeclaration(node) && !node.exportClause && posix.basename(file) === "index.ts") {
      findings.push({ rule: "star-export", file, line: lineOf(node), message: "a front is a list written by hand" });
    }
  });
  return findings;
}

function checkFunction(file, node) {
  const findings = [];
  const line = lineOf(node);
  const name = node.name?.getText() ?? node.parent?.name?.getText?.() ?? "a function";
  if ("body" in node && node.body) {
    const lines = node.getText().split("\n").length;
    if (lines > FUNCTION_LINES) {
      findings.push({
        rule: "function-lines",
        file,
        line,
        message: `${name} has ${lines} lines, at most ${FUNCTION_LINES}`,
      });
    }
  }
  const parameters = (node.parameters ?? []).filter((parameter) => parameter.name.getText() !== "this").length;
  if (parameters > PARAMETERS) {
    const message = `${name} takes ${parameters} parameters; after ${PARAMETERS} comes an options object`;
    findings.push({ rule: "parameters", file, line, message });
  }
  return findings;
}

function checkLevels(sources) {
  const levels = new Map();
  for (const file of sources.filter((name) => !isTest(name))) {
    const folder = posix.dirname(file);
    levels.set(folder, (levels.get(folder) ?? 0) + 1);
  }
  return [...levels]
    .filter(([, count]) => count > FILES_AT_ONE_LEVEL)
    .map(([file, count]) => ({
      rule: "folder-files",
      file,
      message: `holds ${count} source files at one level, at most ${FILES_AT_ONE_LEVEL}`,
    }));
}

function checkFolders(files) {
  const folders = new Set(files.flatMap(parents));
  return [...folders]
    .filter((folder) => BANNED_FOLDERS.has(posix.basename(folder)))
    .map((file) => ({
      rule: "folder-name",
      file,
      message: "says nothing about what is inside: name it for its meaning",
    }));
}

function parents(file) {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
