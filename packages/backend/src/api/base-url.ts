/** Where the methods stand: `/api` below a bare address, or below the path that the address has. */
export function baseUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new TypeError(`the address of the hub is "${address}", expected one like http://localhost:8000`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path === "" ? "/api" : path}`;
}
