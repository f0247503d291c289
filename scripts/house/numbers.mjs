import ts from "typescript";
import { isProduct, isTest } from "./files.mjs";
import { lastName, lineOf, visitNodes } from "./source-tree.mjs";

const TABLES = ["packages/server/src/hub/values/errors.ts", "packages/server/src/hub/values/disconnects.ts"];
const STARTERS = /^(listen|serve|open|bind|connect|createConnection|fetch|request|WebSocket|Centrifuge|start\w*)$/;
const LOCAL_URL = /(localhost|127\.0\.0\.1|\[::1?\]):[1-9]\d*/;

/** Codes of the protocol stand in their two tables; ports in tests are given by the system. */
export function checkNumbers(tree) {
  const findings = [];
  for (const file of tree.files) {
    if (isProduct(file) && file.startsWith("packages/server/") && !TABLES.includes(file))
      findings.push(...codes(tree, file));
    if (isTest(file) && file.endsWith(".ts")) findings.push(...ports(tree, file));
  }
  return findings;
}

function codes(tree, file) {
  const findings = [];
  visitNodes(tree.parse(file), (node) => {
    if (!ts.isNumericLiteral(node) || !isProtocolCode(Number(node.text)) || !isUsedAsCode(node)) return;
    const message = `${node.text} looks like a protocol code: take it from hub/values/errors.ts or hub/values/disconnects.ts`;
    findings.push({ rule: "protocol-code", file, line: lineOf(node), message });
  });
  return findings;
}

/** Errors 100–199, unsubscribes 2000–2999, disconnects 3000–4999. WebSocket's own 1000–1015 are none of them. */
const isProtocolCode = (value) => (value >= 100 && value < 200) || (value >= 2000 && value < 5000);

/** Few numbers of that size are codes, so only those are meant whose neighbour says "code" or "close". */
function isUsedAsCode(literal) {
  const { parent } = literal;
  if ((ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) && parent.initializer === literal) {
    return namesCode(parent.name.getText());
  }
  if (ts.isBinaryExpression(parent)) {
    const other = parent.left === literal ? parent.right : parent.left;
    return namesCode(lastName(other)) && (ts.isPropertyAccessExpression(other) || !isCharacter(literal));
  }
  if (ts.isCaseClause(parent)) return namesCode(lastName(parent.parent.parent.expression));
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    return (
      parent.arguments?.[0] === literal &&
      /^(close|disconnect|unsubscribe|HubError|DisconnectError)$/.test(lastName(parent.expression))
    );
  }
  return false;
}

/** A bare `code` next to such a number is most often a character's. */
const isCharacter = (literal) => Number(literal.text) < 128;

const namesCode = (name) => /code$/i.test(name) && !/^(status|exit)Code$/.test(name);

function ports(tree, file) {
  const findings = [];
  visitNodes(tree.parse(file), (node) => {
    if (!isFixedPort(node) || !isInsideStarter(node)) return;
    findings.push({
      rule: "fixed-port",
      file,
      line: lineOf(node),
      message: `${node.getText()}: ask for port 0 and read what you got`,
    });
  });
  return findings;
}

function isFixedPort(node) {
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) return LOCAL_URL.test(node.text);
  if (!ts.isNumericLiteral(node) || Number(node.text) === 0) return false;
  const { parent } = node;
  if (ts.isPropertyAssignment(parent)) return /^"?port"?$/i.test(parent.name.getText());
  return ts.isCallExpression(parent) && parent.arguments[0] === node && lastName(parent.expression) === "listen";
}

/** A port that is only read as data, as in a test of the configuration, takes nobody's port. */
function isInsideStarter(node) {
  for (let at = node.parent; at && !ts.isStatement(at); at = at.parent) {
    if ((ts.isCallExpression(at) || ts.isNewExpression(at)) && STARTERS.test(lastName(at.expression))) return true;
  }
  return false;
}
