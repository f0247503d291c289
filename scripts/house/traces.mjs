import { readdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const BINARY = /\.(png|jpe?g|gif|webp|ico|woff2?|ttf|gz|br|wasm|zip|tgz)$/;
const HOMES = /(?:^|[\s"'`(=:])(?:\/home\/[a-z][\w-]*\/|\/Users\/[A-Za-z][\w-]*\/|\/root\/|[A-Z]:\\Users\\)/;

/** Nothing in the tree tells where it was made. */
export function checkTraces(tree) {
  const own = pathsHere(tree.root);
  const findings = [];
  for (const file of tree.files) {
    if (BINARY.test(file)) continue;
    const lines = tree.read(file).split("\n");
    lines.forEach((text, index) => {
      const path = own.find((each) => text.includes(each)) ?? HOMES.exec(text)?.[0].trim();
      if (path) findings.push({ rule: "machine-path", file, line: index + 1, message: "names a path of one machine" });
    });
  }
  return findings;
}

/** The checkout and what lies beside it, unless it lies where everybody's files do. */
function pathsHere(root) {
  const parent = dirname(root);
  if (["/", tmpdir(), homedir(), "/tmp", "/home", "/usr", "/opt", "/srv"].includes(parent))
    return root === "/" ? [] : [root];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name));
}
