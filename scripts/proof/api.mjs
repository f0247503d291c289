import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { PACKAGES } from "../setup/packages.mjs";

/** Where it is written down what a package promises to those who import it. */
const snapshotOf = (folder) => join(folder, "api.txt");

/**
 * What can be imported from the built packages: every name with its declaration.
 *
 * @returns {{ name: string, file: string, text: string, known: string | undefined }[]}
 */
export function readApis(root) {
  return PACKAGES.map((name) => {
    const folder = join(root, "packages", name);
    const file = snapshotOf(folder);
    const known = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    return { name, file, text: describe(folder), known };
  });
}

export function writeApis(root) {
  for (const { file, text, known } of readApis(root)) {
    if (text === known) continue;
    writeFileSync(file, text);
    console.log(relative(root, file));
  }
}

function describe(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const fronts = Object.entries(exports).filter(([, target]) => target.types);
  const files = fronts.map(([, { types }]) => join(folder, types));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    noLib: true,
  });
  const checker = program.getTypeChecker();
  return fronts
    .map(([path], index) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(files[index]));
      if (!module) throw new Error(`${files[index]} exports nothing`);
      const names = checker.getExportsOfModule(module).map((symbol) => declarationOf(checker, symbol));
      return [`// ${path}`, ...names.sort()].join("\n\n");
    })
    .join("\n\n")
    .concat("\n");
}

function declarationOf(checker, symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const texts = (target.declarations ?? []).map((declaration) => {
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return withoutPrivates(statement).replace(/^(export )?(declare )?/, "");
  });
  return `${symbol.name}: ${texts.join("\n") || "of another package"}`;
}

/** Comments and private members are nobody's business outside. */
function withoutPrivates(node) {
  const text = ts
    .createPrinter({ removeComments: true })
    .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  return text.replace(/^\s*(#private;|private .*;)\n/gm, "");
}
