import ts from "typescript";
import { isProduct } from "./files.mjs";
import { lineOf, visitNodes } from "./source-tree.mjs";

const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
const CLOCKS = new Set(["Date.now", "performance.now", "Math.random", "Bun.sleep"]);
const ENVIRONMENTS = new Set(["process.env", "Bun.env", "import.meta.env"]);

const mayHaveTime = (file) => /\/src\/kit\//.test(file) || file.endsWith("/src/hub/wheel.ts");
const mayHaveEnvironment = (file) => /\/src\/config\//.test(file);

/** Time, randomness and the environment are arguments: a test hands in its own. */
export function checkAmbient(tree) {
  const findings = [];
  for (const file of tree.files.filter(isProduct)) {
    visitNodes(tree.parse(file), (node) => {
      const time = mayHaveTime(file) ? undefined : timeOf(node);
      if (time)
        findings.push({ rule: "ambient-time", file, line: lineOf(node), message: `${time}: ask kit/clock or kit/ids` });
      const environment = mayHaveEnvironment(file) ? undefined : environmentOf(node);
      if (environment) {
        findings.push({
          rule: "ambient-environment",
          file,
          line: lineOf(node),
          message: `${environment}: only config/ reads it`,
        });
      }
    });
  }
  return findings;
}

function timeOf(node) {
  if (ts.isPropertyAccessExpression(node) && CLOCKS.has(node.getText())) return node.getText();
  if (ts.isNewExpression(node) && node.expression.getText() === "Date" && !node.arguments?.length) return "new Date()";
  if (!ts.isIdentifier(node) || !TIMERS.has(node.text)) return undefined;
  return isRead(node) ? node.text : undefined;
}

/** Not a property name, a member of something else, or a declaration of that name. */
function isRead(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent))
    return parent.expression === node || parent.expression.getText() === "globalThis";
  return !("name" in parent && parent.name === node) && !ts.isTypeNode(parent);
}

function environmentOf(node) {
  if (ts.isPropertyAccessExpression(node) && ENVIRONMENTS.has(node.getText())) return node.getText();
  if (
    ts.isVariableDeclaration(node) &&
    ts.isObjectBindingPattern(node.name) &&
    node.initializer?.getText() === "process"
  ) {
    return node.name.elements.some((element) => (element.propertyName ?? element.name).getText() === "env")
      ? "process.env"
      : undefined;
  }
  return undefined;
}
