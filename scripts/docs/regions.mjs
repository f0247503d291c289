const REGION = /<!-- generated: ([a-z]+) -->\n[\s\S]*?<!-- end -->/g;

/**
 * Puts `content` between the marks of a page: `<!-- generated: NAME -->` … `<!-- end -->`.
 *
 * @param {Record<string, string>} content by name
 * @param {Set<string>} used the names that were met
 */
export function fillRegions(page, content, used = new Set()) {
  return page.replace(REGION, (_whole, name) => {
    if (content[name] === undefined) throw new Error(`nothing is generated for the region ${name}`);
    used.add(name);
    return `<!-- generated: ${name} -->\n\n${content[name].trim()}\n\n<!-- end -->`;
  });
}
