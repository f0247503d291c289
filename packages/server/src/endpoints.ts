import type { Config } from "./config/schema.ts";
import type { BoundEndpoint, Endpoint, Listener, Route } from "./hub/index.ts";
import type { Clock } from "./kit/clock.ts";
import type { Log } from "./kit/log.ts";
import { watchFiles } from "./kit/watch-files.ts";

/** What the public endpoint and, when there is one, the internal endpoint serve. */
export interface Routes {
  readonly external: readonly Route[];
  readonly internal: readonly Route[];
}

const TLS_WATCH_MS = 5_000;

/** Opens the ports that the configuration names; the public one first. */
export async function openEndpoints(
  config: Config,
  listener: Listener,
  routes: Routes & Pick<Endpoint, "shared">,
): Promise<readonly BoundEndpoint[]> {
  const { http_server: server } = config;
  const split = server.internal_port > 0 && server.internal_port !== server.port;
  const endpoint = (hostname: string, port: number, served: readonly Route[]): Endpoint => ({
    port,
    routes: served,
    ...(routes.shared ? { shared: true } : {}),
    ...(hostname === "" ? {} : { hostname }),
  });
  const tls = server.tls.enabled ? { tls: { certFile: server.tls.cert_pem, keyFile: server.tls.key_pem } } : {};
  const external = split ? routes.external : [...routes.external, ...routes.internal];
  const opened = [await listener.open({ ...endpoint(server.address, server.port, external), ...tls })];
  if (split) {
    const hostname = server.internal_address || server.address;
    await listener.open(endpoint(hostname, server.internal_port, routes.internal));
  }
  return opened;
}

/** Certificates that were renewed are taken over while the server runs. Returns how to stop watching. */
export function watchCertificates(
  config: Config,
  endpoints: readonly BoundEndpoint[],
  { clock, log }: { clock: Clock; log: Log },
): () => void {
  const { tls } = config.http_server;
  if (!tls.enabled) return () => {};
  const reload = async (): Promise<void> => {
    try {
      await Promise.all(endpoints.map((endpoint) => endpoint.reloadTls()));
      log.info("the certificate was read again");
    } catch (error) {
      log.error("the new certificate is not usable; the old one stays", { error });
    }
  };
  return watchFiles([tls.cert_pem, tls.key_pem], { clock, everyMs: TLS_WATCH_MS, changed: () => void reload() });
}

/** Where clients on this machine reach the public endpoint. */
export function urlOf(config: Config, port: number): string {
  const { address, tls } = config.http_server;
  const host = address === "" || address === "0.0.0.0" || address === "::" ? "localhost" : address;
  return `${tls.enabled ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
