import { posix } from "node:path";

const SERVER = "packages/server/src";
const FAMILIES = ["listeners", "doors", "engines", "stores"];
const IMPORT = /\bfrom\s+"([^"]+)"/g;

/** Every member of a family has a front and runs the family's contract. */
export function checkFamilies(tree) {
  return FAMILIES.flatMap((family) => checkFamily(tree, `${SERVER}/${family}`));
}

function checkFamily(tree, family) {
  const files = tree.files.filter((file) => file.startsWith(`${family}/`));
  const top = files.filter((file) => posix.dirname(file) === family);
  const members = new Set(files.filter((file) => !top.includes(file)).map((file) => file.split("/")[4]));
  if (members.size === 0) return [];
  const contract = `${family}/${posix.basename(family).replace(/s$/, "")}.contract.ts`;
  if (!top.includes(contract)) {
    return [{ rule: "family-contract", file: family, message: `has members but no ${posix.basename(contract)}` }];
  }
  return [...members].flatMap((name) => checkMember(tree, { folder: `${family}/${name}`, contract, files }));
}

function checkMember(tree, { folder, contract, files }) {
  const findings = [];
  const front = `${folder}/index.ts`;
  if (!files.includes(front)) {
    findings.push({ rule: "family-front", file: folder, message: "has no index.ts" });
  } else if (!/\bcreate[A-Z]\w*/.test(tree.read(front))) {
    findings.push({ rule: "family-front", file: front, message: "exports no createX factory" });
  }
  const tests = files.filter((file) => file.startsWith(`${folder}/`) && /contract[^/]*\.test\.ts$/.test(file));
  if (!tests.some((test) => importsOf(tree, test).includes(contract))) {
    const message = `has no *contract*.test.ts that imports ${contract}: the member is unproven`;
    findings.push({ rule: "family-contract", file: folder, message });
  }
  return findings;
}

function importsOf(tree, file) {
  return [...tree.read(file).matchAll(IMPORT)].map((match) => posix.join(posix.dirname(file), match[1]));
}
