import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

type Claims = Readonly<Record<string, unknown>>;

/** Signs and verifies JSON Web Tokens with one RSA key. */
export interface SigningKey {
  /** What others verify with. */
  readonly publicJwk: JsonWebKey;
  sign(claims: Claims): string;
  /** `undefined` unless this key signed it, for this audience, and it has not expired. */
  verify(token: string, audience: string): Claims | undefined;
}

const KEY_ID = "k1";
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The key in this file, which is made when it is missing: instances that share it believe each other's tokens. */
export function openSigningKey(file?: string): SigningKey {
  const privateKey = file === undefined ? generate() : readOrMake(file);
  const publicKey = createPublicKey(privateKey);
  return {
    publicJwk: { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" },
    sign(claims) {
      const signed = `${encode({ alg: "RS256", kid: KEY_ID, typ: "JWT" })}.${encode(claims)}`;
      return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
    verify(token, audience) {
      const [head = "", body = "", signature = ""] = token.split(".");
      const signed = Buffer.from(`${head}.${body}`);
      if (!verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))) return undefined;
      const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Claims;
      return claims.aud === audience && Number(claims.exp) * 1_000 > Date.now() ? claims : undefined;
    },
  };
}

const generate = (): KeyObject => generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

function readOrMake(file: string): KeyObject {
  const made = generate().export({ format: "pem", type: "pkcs8" });
  try {
    writeFileSync(file, made, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return createPrivateKey(readFileSync(file));
}
