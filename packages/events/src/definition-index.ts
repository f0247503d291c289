import { type ChannelReader, createChannelReader } from "./channel-pattern.ts";
import { type Definitions, type EventDefinition, isSchema } from "./definition.ts";

/** A definition with its type, found by name, alias or channel. */
export interface Known extends EventDefinition {
  readonly type: string;
}

/** What a channel's name says of the events in it. */
export interface ChannelFacts {
  readonly known: readonly Known[];
  readonly params: Readonly<Record<string, string>>;
}

/** Finds definitions. */
export interface DefinitionIndex {
  readonly all: readonly Known[];
  /** By type or alias. */
  byType(type: string): Known | undefined;
  /** `undefined` for a channel of no pattern. */
  byChannel(name: string): ChannelFacts | undefined;
}

export function createDefinitionIndex(definitions: Definitions): DefinitionIndex {
  const all = Object.entries(definitions).map(
    ([type, given]): Known => ({ type, ...(isSchema(given) ? { data: given } : given) }),
  );
  const types = indexTypes(all);
  const patterns = indexPatterns(all);
  return {
    all,
    byType: (type) => types.get(type),
    byChannel(name) {
      const known: Known[] = [];
      const params: Record<string, string> = {};
      for (const { read, events } of patterns) {
        const found = read(name);
        if (!found) continue;
        known.push(...events);
        Object.assign(params, found);
      }
      return known.length === 0 ? undefined : { known, params };
    },
  };
}

function indexTypes(all: readonly Known[]): ReadonlyMap<string, Known> {
  const types = new Map<string, Known>();
  for (const known of all) {
    for (const name of [known.type, ...(known.aliases ?? [])]) {
      const other = types.get(name);
      if (other) throw new TypeError(`the catalogue has "${name}" twice: for ${other.type} and for ${known.type}`);
      types.set(name, known);
    }
  }
  return types;
}

interface PatternEntry {
  readonly read: ChannelReader;
  readonly events: Known[];
}

function indexPatterns(all: readonly Known[]): readonly PatternEntry[] {
  const patterns = new Map<string, PatternEntry>();
  for (const known of all) {
    for (const pattern of known.channels ?? []) {
      const entry = patterns.get(pattern) ?? { read: createChannelReader(pattern), events: [] };
      entry.events.push(known);
      patterns.set(pattern, entry);
    }
  }
  return [...patterns.values()];
}
