import type { Variables } from "../claim-rules.ts";
import { TokenRefusal } from "../token-refusal.ts";
import type { TokenKeys } from "./token-keys.ts";

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Letters and marks that stand for themselves, escaped punctuation, alternatives and plain groups: finitely many values. */
const LITERAL_ALTERNATIVES = /^(?:[\w~:/%@=,;&!'"#<>-]|\\\W|\(\?:|[()|])*$/;

/** The source of a named group, without its parentheses; `undefined` when the pattern has no such group. */
function groupSource(pattern: string, name: string): string | undefined {
  const opening = new RegExp(`(?<!\\\\)\\(\\?P?<${name}>`).exec(pattern);
  if (!opening) return undefined;
  const start = opening.index + opening[0].length;
  for (let i = start, depth = 1; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "(") depth++;
    else if (pattern[i] === ")" && --depth === 0) return pattern.slice(start, i);
  }
  return undefined;
}

/** A value from an unverified token decides where keys are read from, so it must be one that the operator wrote down. */
function checkVariable(name: string, keys: TokenKeys, where: string): void {
  const sources: readonly [string, string | undefined][] = [
    ["issuer_regex", keys.issuerRegex],
    ["audience_regex", keys.audienceRegex],
  ];
  let found = false;
  for (const [setting, pattern] of sources) {
    const source = /^[A-Za-z_]\w*$/.test(name) ? groupSource(pattern ?? "", name) : undefined;
    if (source === undefined) continue;
    found = true;
    if (!keys.insecureSkipJwksEndpointSafetyCheck && !LITERAL_ALTERNATIVES.test(source)) {
      throw new Error(
        `${where}.${setting}: the group "${name}" chooses the JWKS endpoint, so it must list its values, ` +
          `such as (?P<${name}>first|second); found "${source}"`,
      );
    }
  }
  if (!found) {
    throw new Error(
      `${where}.jwks_public_endpoint: {{${name}}} is not a named group of ${where}.issuer_regex or ${where}.audience_regex`,
    );
  }
}

function fill(template: string, variables: Variables): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = variables[name] ?? "";
    // Encoding takes care of everything but the two segments that would climb in the path.
    if (value === "" || value === "." || value === "..") {
      throw new TokenRefusal("invalid", "the token does not tell where its keys are");
    }
    return encodeURIComponent(value);
  });
}

/** Where to read the keys for a token. Throws when the template is unsafe or not an HTTP address. */
export function createJwksEndpoint(template: string, keys: TokenKeys, where: string): (variables: Variables) => string {
  const names = new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""));
  for (const name of names) checkVariable(name, keys, where);
  const example = template.replaceAll(PLACEHOLDER, "x");
  if (!URL.canParse(example) || !/^https?:$/.test(new URL(example).protocol)) {
    throw new Error(`${where}.jwks_public_endpoint: expected an http:// or https:// address`);
  }
  return (variables) => fill(template, variables);
}
