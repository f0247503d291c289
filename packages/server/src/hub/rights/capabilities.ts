import { matchesGlob } from "../../kit/glob.ts";
import { createLinearRegex } from "../../kit/linear-regex.ts";
import type { Capabilities } from "../ports/identity.ts";
import type { CapabilityAction } from "../values/subscription.ts";
import { isRecord, RightsError, textsOf } from "./rights-error.ts";

const MAX_ENTRIES = 64;
const MAX_PATTERNS = 256;
const MAX_PATTERN_LENGTH = 255;
/** They are tried one after the other, each with its own cost. */
const MAX_REGEXES = 16;

const actions: readonly CapabilityAction[] = ["sub", "pub", "prs", "hst"];

const isAction = (text: string): text is CapabilityAction => actions.some((action) => action === text);

/** Reads a list of actions, such as the claim `allow`. Throws `RightsError`. */
export function parseActions(value: unknown, path = "allow"): readonly CapabilityAction[] {
  const allow = textsOf(value, path);
  if (allow.every(isAction)) return allow;
  throw new RightsError(`${path}: expected ${actions.join(", ")}`);
}

type Matcher = (channel: string) => boolean;

interface Entry {
  readonly matches: Matcher;
  readonly allow: ReadonlySet<CapabilityAction>;
}

/**
 * Reads `[{channels, match, allow}]`, the claim `caps`. The first entry that a channel fits decides alone, as in
 * Centrifugo. Expressions have to fit the whole name. Throws `RightsError`.
 */
export function parseCapabilities(value: unknown): Capabilities {
  if (!Array.isArray(value)) throw new RightsError("caps: expected an array");
  if (value.length > MAX_ENTRIES) throw new RightsError(`caps: more than ${MAX_ENTRIES} entries`);
  const budget = { patterns: MAX_PATTERNS, regexes: MAX_REGEXES };
  const entries = value.map((entry, index) => readEntry(entry, `caps[${index}]`, budget));
  return {
    allows: (action, channel) => entries.find((entry) => entry.matches(channel))?.allow.has(action) ?? false,
  };
}

function readEntry(value: unknown, path: string, budget: { patterns: number; regexes: number }): Entry {
  if (!isRecord(value)) throw new RightsError(`${path}: expected an object`);
  const allow = new Set(parseActions(value.allow, `${path}.allow`));
  const patterns = textsOf(value.channels, `${path}.channels`);
  budget.patterns -= patterns.length;
  if (budget.patterns < 0) throw new RightsError(`${path}.channels: more than ${MAX_PATTERNS} channels in all`);
  if (patterns.some((pattern) => pattern === "" || pattern.length > MAX_PATTERN_LENGTH)) {
    throw new RightsError(`${path}.channels: expected 1 to ${MAX_PATTERN_LENGTH} characters`);
  }
  switch (value.match ?? "") {
    case "":
    case "exact": {
      const names = new Set(patterns);
      return { allow, matches: (channel) => names.has(channel) };
    }
    case "wildcard":
      return { allow, matches: (channel) => patterns.some((each) => matchesGlob(each, channel)) };
    case "regex": {
      budget.regexes -= patterns.length;
      if (budget.regexes < 0) throw new RightsError(`${path}.channels: more than ${MAX_REGEXES} expressions in all`);
      const regexes = patterns.map((pattern) => regexOf(pattern, `${path}.channels`));
      return { allow, matches: (channel) => regexes.some((regex) => regex.test(channel)) };
    }
    default:
      throw new RightsError(`${path}.match: expected exact, wildcard or regex`);
  }
}

function regexOf(pattern: string, path: string): ReturnType<typeof createLinearRegex> {
  try {
    return createLinearRegex(pattern);
  } catch (error) {
    throw new RightsError(`${path}: ${error instanceof Error ? error.message : "not an expression"}`);
  }
}
