import { fileURLToPath } from "node:url";
import ts from "typescript";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/**
 * What the compiler says to each of these sources, which import the packages as an application does: by their names, with
 * the strictest of settings. An empty list: it compiles. A name that ends with `.tsx` may have JSX.
 */
export function compileSnippets<Name extends string>(sources: Readonly<Record<Name, string>>): Record<Name, string[]> {
  const { config } = ts.readConfigFile(`${REPOSITORY}/tsconfig.sdk.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, REPOSITORY);
  const fileOf = (name: string): string =>
    `${REPOSITORY}/packages/backend/src/${name.endsWith(".tsx") ? name : `${name}.snippet.ts`}`;
  const texts = new Map(Object.entries<string>(sources).map(([name, text]) => [fileOf(name), text]));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, ...rest) : ts.createSourceFile(file, text, options.target ?? 99);
  };
  const program = ts.createProgram([...texts.keys()], { ...options, types: [], noUnusedLocals: false }, host);
  const findings = Object.keys(sources).map((name) => {
    const file = program.getSourceFile(fileOf(name));
    if (!file) throw new Error(`the compiler has not read ${fileOf(name)}`);
    const all = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return [name, all.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))];
  });
  return Object.fromEntries(findings);
}
