import ts from "typescript";
import { lineOf } from "./source-tree.mjs";

const MEMBERS = 12;
const isPort = (file) => /^packages\/server\/src\/hub\/ports\/[^/]+\.ts$/.test(file) && !file.endsWith(".test.ts");

/** A port is small enough to hold in the head, and says what it promises. */
export function checkPorts(tree) {
  return tree.files.filter(isPort).flatMap((file) => {
    const source = tree.parse(file);
    return source.statements.filter(ts.isInterfaceDeclaration).flatMap((port) => checkPort(file, port));
  });
}

function checkPort(file, port) {
  const findings = [];
  const name = port.name.text;
  if (port.members.length > MEMBERS) {
    const message = `${name} has ${port.members.length} members; a port has at most ${MEMBERS}`;
    findings.push({ rule: "port-members", file, line: lineOf(port), message });
  }
  if (hasComment(port)) return findings;
  for (const member of port.members) {
    if (!isBehaviour(member) || hasComment(member)) continue;
    const message = `${name}.${member.name?.getText() ?? "()"} promises nothing: comment it, or the whole port`;
    findings.push({ rule: "port-promise", file, line: lineOf(member), message });
  }
  return findings;
}

/** Data explains itself by its type; what can be called does not. */
const isBehaviour = (member) =>
  ts.isMethodSignature(member) ||
  ts.isCallSignatureDeclaration(member) ||
  (ts.isPropertySignature(member) && member.type !== undefined && ts.isFunctionTypeNode(member.type));

const hasComment = (node) => ts.getJSDocCommentsAndTags(node).length > 0;
