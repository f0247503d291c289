import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";

/** Answers a request, or says that it is for somebody else. */
export type RequestAnswer = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface Guest {
  /** All that is under it is the guest's. */
  readonly path: string;
  /** Takes requests and upgrades, and never listens. */
  readonly server: HttpServer;
  /** Requests outside of the path. */
  readonly answer: RequestAnswer;
}

/**
 * Puts a guest on an HTTP server that belongs to somebody else: what is for it is handed over; all other listeners, whenever
 * they were added, see none of that and everything else as before. The returned function hands the server back as it was.
 */
export function mountGuest(httpServer: HttpServer, { path, server, answer }: Guest): () => void {
  const isOurs = ({ url = "" }: IncomingMessage): boolean => {
    const [pathname = ""] = url.split("?", 1);
    return pathname.startsWith(`${path}/`) || pathname === path;
  };

  const { emit } = httpServer;
  const emitOthers = emit.bind(httpServer) as (event: string | symbol, ...args: unknown[]) => boolean;
  let isMounted = true;
  function route(event: string | symbol, ...args: unknown[]): boolean {
    if (!isMounted || (event !== "request" && event !== "upgrade")) return emitOthers(event, ...args);
    const request = args[0] as IncomingMessage;
    if (isOurs(request)) return server.emit(event, ...args);
    if (event === "request" && answer(request, args[1] as ServerResponse)) return true;
    return emitOthers(event, ...args);
  }
  /** Without a listener of its own Node takes every upgrade for a plain request. */
  const refuseUpgrade = (_: IncomingMessage, socket: NodeJS.WritableStream): void => {
    if (httpServer.listenerCount("upgrade") === 1) socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  };
  httpServer.emit = route as typeof emit;
  httpServer.on("upgrade", refuseUpgrade);

  return () => {
    httpServer.off("upgrade", refuseUpgrade);
    // Whoever wrapped it after us keeps a way through.
    isMounted = false;
    if (httpServer.emit === (route as typeof emit)) httpServer.emit = emit;
  };
}
