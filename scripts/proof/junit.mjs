import { basename } from "node:path";

const CASE = /<testcase\b((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#10;": "\n" };

/**
 * Reads the JUnit report of one test file, as Bun or Node write it.
 *
 * @returns {{ name: string, outcome: "passed" | "failed" | "skipped" }[]}
 */
export function readJunit(xml, file) {
  const cases = [...xml.replace(/<!--[\s\S]*?-->/g, "").matchAll(CASE)].map(([, attributes, body = ""]) => {
    const { name = "", classname = "" } = Object.fromEntries(
      [...attributes.matchAll(ATTRIBUTE)].map(([, key, value]) => [key, decodeEntities(value)]),
    );
    const outcome = /<(failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed";
    return { name, classname, outcome };
  });
  // Node reports a file without tests as one test that passed and is named for the file.
  const [only] = cases;
  if (cases.length === 1 && basename(only.name) === basename(file) && only.outcome === "passed") return [];
  return cases.map(({ name, outcome }) => ({ name, outcome }));
}

const decodeEntities = (text) => text.replace(/&(?:amp|lt|gt|quot|apos|#10);/g, (entity) => ENTITIES[entity]);
