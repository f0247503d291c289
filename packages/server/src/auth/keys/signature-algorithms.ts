export type HmacDigest = "sha256" | "sha384" | "sha512";
export type AsymmetricFamily = "rsa" | "ecdsa" | "eddsa";

/** Which secret-key algorithms are accepted. No key of one family ever verifies a token of another. */
export const hmacAlgorithms: ReadonlyMap<string, HmacDigest> = new Map([
  ["HS256", "sha256"],
  ["HS384", "sha384"],
  ["HS512", "sha512"],
]);

/** Which public-key algorithms are accepted. */
export const asymmetricAlgorithms: ReadonlyMap<string, AsymmetricFamily> = new Map([
  ["RS256", "rsa"],
  ["RS384", "rsa"],
  ["RS512", "rsa"],
  ["ES256", "ecdsa"],
  ["ES384", "ecdsa"],
  ["ES512", "ecdsa"],
  ["EdDSA", "eddsa"],
  ["Ed25519", "eddsa"],
]);
