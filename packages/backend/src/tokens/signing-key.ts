import { type CryptoKey, importPKCS8, type JWK, type KeyObject } from "jose";

/** What signs a token. A bare text is a secret for HS256. */
export type SigningKey =
  | string
  | {
      /** `HS256`, `RS256`, `ES256`, `EdDSA` and so on. */
      readonly algorithm: string;
      /** The secret for HS…; else a private key: PKCS #8 in PEM, a JWK, or a key of the runtime. */
      readonly key: string | Uint8Array | JWK | CryptoKey | KeyObject;
      /** By which the hub finds the key in a key set. */
      readonly keyId?: string;
    };

interface ReadySigningKey {
  readonly header: { readonly alg: string; readonly typ: "JWT"; readonly kid?: string };
  readonly key: Uint8Array | JWK | CryptoKey | KeyObject;
}

/** Throws a `TypeError` for a secret that is empty. */
export async function readSigningKey(given: SigningKey): Promise<ReadySigningKey> {
  const { algorithm, key, keyId } =
    typeof given === "string" ? { algorithm: "HS256", key: given, keyId: undefined } : given;
  if (key === "") throw new TypeError("the key that signs tokens is empty");
  const header = { alg: algorithm, typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) } as const;
  if (typeof key !== "string") return { header, key };
  return { header, key: isSecret(algorithm) ? new TextEncoder().encode(key) : await importPKCS8(key, algorithm) };
}

export const isSecret = (algorithm: string): boolean => algorithm.startsWith("HS");
