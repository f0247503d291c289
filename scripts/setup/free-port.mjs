import { createServer } from "node:net";

const TRIES = 100;

/** The first port from `wanted` upwards that nobody listens on, on any address. */
export async function findFreePort(wanted) {
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port++) {
    if ((await canListen(port, "0.0.0.0")) && (await canListen(port, "::"))) return port;
  }
  throw new Error(`No free port from ${wanted} to ${wanted + TRIES - 1}. Try another range: npm start -- --port N`);
}

function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    // An address family that the machine does not have is nobody's.
    server.once("error", ({ code }) => resolve(code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL"));
    server.listen({ port, host, ipv6Only: true }, () => server.close(() => resolve(true)));
  });
}
