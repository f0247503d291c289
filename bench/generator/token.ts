import { createHmac } from "node:crypto";

/** A connection token (JWT, HS256) for one user, valid for an hour. */
export function createToken(secret: string, user: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, exp: expiry })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
