/** The names in braces of a pattern: `"tenantId"` of `tenant:{tenantId}:billing`. */
export type ParamsOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

/** The channel names that a pattern stands for, as a template literal type. */
export type NamesOf<Pattern extends string> = Pattern extends `${infer Before}{${string}}${infer Rest}`
  ? `${Before}${string}${NamesOf<Rest>}`
  : Pattern;

/**
 * The channel that `pattern` means with these values: `tenant:{tenantId}:billing` becomes `tenant:12345:billing`.
 * Throws a `TypeError` for a value that is empty or would reach into the next part of the name.
 */
export function channelName<Pattern extends string>(
  pattern: Pattern,
  params: Readonly<Record<ParamsOf<Pattern>, string>>,
): NamesOf<Pattern> {
  const values: Readonly<Record<string, string | undefined>> = params;
  const name = pattern.replaceAll(/\{(\w+)\}/g, (_, param: string) => {
    const value = values[param];
    if (value === undefined || value === "" || value.includes(":")) {
      throw new TypeError(`${pattern} needs ${param}: a text without ":" that is not empty`);
    }
    return value;
  });
  return name as NamesOf<Pattern>;
}

/** Reads names of one pattern: the values of its parameters, or `undefined` for a name that is not of it. */
export type ChannelReader = (name: string) => Readonly<Record<string, string>> | undefined;

export function createChannelReader(pattern: string): ChannelReader {
  const parts = pattern.split(":");
  return (name) => {
    const given = name.split(":");
    if (given.length !== parts.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      const value = given[index] ?? "";
      const param = /^\{(\w+)\}$/.exec(part)?.[1];
      if (param === undefined ? part !== value : value === "") return undefined;
      if (param !== undefined) params[param] = value;
    }
    return params;
  };
}
