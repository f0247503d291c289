/** Whether an `Accept-Encoding` header allows a content coding: by its name or, when it is not named, by `*`. */
export function acceptsEncoding(header: string | undefined, coding: string): boolean {
  let byStar = false;
  for (const part of header?.toLowerCase().split(",") ?? []) {
    const [name, ...parameters] = part.split(";").map((text) => text.trim());
    const allowed = !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
    if (name === coding) return allowed;
    if (name === "*") byStar = allowed;
  }
  return byStar;
}
