import type { Route } from "../hub/ports/listener.ts";

/** What a path has: its routes by method, "*" standing for every other one. */
export type Methods = ReadonlyMap<string, Route>;

export interface RouteTable {
  /** The routes of the most specific path that matches; the path decides before the method does. */
  find(path: string): Methods | undefined;
}

/** Throws when two routes claim the same method and path. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const exact = new Map<string, Map<string, Route>>();
  const byPrefix = new Map<string, Map<string, Route>>();

  for (const route of routes) {
    const isPrefix = route.path.endsWith("/*");
    const table = isPrefix ? byPrefix : exact;
    const path = isPrefix ? route.path.slice(0, -1) : route.path;
    const methods = table.get(path) ?? new Map<string, Route>();
    if (methods.has(route.method)) throw new Error(`two routes claim ${route.method} ${route.path}`);
    methods.set(route.method, route);
    table.set(path, methods);
  }
  const prefixes = [...byPrefix].sort(([a], [b]) => b.length - a.length);

  return {
    find(path) {
      const own = exact.get(path);
      if (own) return own;
      for (const [prefix, methods] of prefixes) if (path.startsWith(prefix)) return methods;
      return undefined;
    },
  };
}
