const LOCK = "package-lock.json";
const ADDRESS = /"resolved":\s*"[a-z+]+:|\.tgz"/;

/** A fresh clone can install: the lock file is whole, and names no place to fetch from. */
export function checkLock(tree) {
  if (!tree.files.includes(LOCK)) return [];
  const text = tree.read(LOCK);
  return [...addresses(text), ...gaps(JSON.parse(text).packages)];
}

function addresses(text) {
  const message = "names where a package was fetched: install with the repository's .npmrc and commit again";
  return text
    .split("\n")
    .flatMap((line, index) =>
      ADDRESS.test(line) ? [{ rule: "lock-addresses", file: LOCK, line: index + 1, message }] : [],
    );
}

/** `npm ci` refuses a lock file that leaves out what a package has for other machines. */
function gaps(packages) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => {
    const missing = Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name));
    if (missing.length === 0) return [];
    const message = `${path} lacks ${missing.join(", ")}: \`npm ci\` will refuse; take a version that has them all`;
    return [{ rule: "lock-complete", file: LOCK, message }];
  });
}

/** Looks where Node looks: beside the package's own dependencies, then upwards. */
function isLocked(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/")))) {
    const folder = at.replace(/\/$/, "");
    if (`${folder ? `${folder}/` : ""}node_modules/${name}` in packages) return true;
    if (!folder) return false;
  }
}
