/** A name that nobody else has. `randomUUID` exists only on pages served over HTTPS; this works on every page. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
