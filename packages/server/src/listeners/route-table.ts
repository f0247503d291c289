import type { HttpRequest, Route } from "../hub/ports/listener.ts";

/** What a path has: its routes by method, "*" standing for every other one. */
export type Methods = ReadonlyMap<string, Route>;

export interface RouteTable {
  /** The routes of the most specific path that matches; the path decides before the method does. */
  find(path: string): Methods | undefined;
  /** The route that has asked for this very request, before all others. */
  wanting(request: HttpRequest): Route | undefined;
}

/** Throws when two routes claim all requests of the same method and path. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const exact = new Map<string, Map<string, Route>>();
  const byPrefix = new Map<string, Map<string, Route>>();
  const choosy = Map.groupBy(
    routes.filter((route) => route.when),
    ({ path }) => path,
  );

  for (const route of routes) {
    if (route.when) continue;
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
    wanting(request) {
      const { method, path } = request;
      return choosy.get(path)?.find((route) => route.method === method && route.when?.(request));
    },
  };
}
