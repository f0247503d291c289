import { posix } from "node:path";

const SERVER = "packages/server/src";
const FAMILIES = ["listeners", "doors", "engines", "stores"];
const IMPORT = /\bfrom\s+"([^"]+)"/g;

/**
 * Every member of a family has a front and runs the family's contract. A contract beside it (`revocations.contract.ts`) is
 * for those whose front makes such a thing too (`createMemoryRevocations`).
 */
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
  const besides = top.filter((file) => file.endsWith(".contract.ts") && file !== contract);
  return [...members].flatMap((name) => checkMember(tree, { folder: `${family}/${name}`, contract, besides, files }));
}

function checkMember(tree, { folder, contract, besides, files }) {
  const findings = [];
  const front = `${folder}/index.ts`;
  const makes = files.includes(front) ? (tree.read(front).match(/\bcreate[A-Z]\w*/g) ?? []) : [];
  if (!files.includes(front)) {
    findings.push({ rule: "family-front", file: folder, message: "has no index.ts" });
  } else if (makes.length === 0) {
    findings.push({ rule: "family-front", file: front, message: "exports no createX factory" });
  }
  const tests = files.filter((file) => file.startsWith(`${folder}/`) && /contract[^/]*\.test\.ts$/.test(file));
  const made = besides.filter((file) => makes.some((factory) => factory.endsWith(nounOf(file))));
  for (const due of [contract, ...made]) {
    if (tests.some((test) => importsOf(tree, test).includes(due))) continue;
    const message = `has no *contract*.test.ts that imports ${due}: the member is unproven`;
    findings.push({ rule: "family-contract", file: folder, message });
  }
  return findings;
}

/** "Revocations" of `engines/revocations.contract.ts`, as the name of its factory ends. */
const nounOf = (contract) =>
  posix.basename(contract, ".contract.ts").replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());

function importsOf(tree, file) {
  return [...tree.read(file).matchAll(IMPORT)].map((match) => posix.join(posix.dirname(file), match[1]));
}
