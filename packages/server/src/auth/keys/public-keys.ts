import { createPublicKey, type KeyObject } from "node:crypto";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Variables } from "../claim-rules.ts";
import type { UnverifiedToken } from "../token.ts";
import { TokenRefusal } from "../token-refusal.ts";
import { createJwksEndpoint } from "./jwks-endpoint.ts";
import { createRemoteKeySet, type RemoteKeySet } from "./remote-key-set.ts";
import { type AsymmetricFamily, asymmetricAlgorithms } from "./signature-algorithms.ts";
import type { TokenKeys } from "./token-keys.ts";

/** Finds the public key for a token. Throws `TokenRefusal`. */
export type PublicKeys = (token: UnverifiedToken, variables: Variables) => Promise<CryptoKey> | KeyObject;

export interface PublicKeysOptions {
  /** Names the settings in errors, such as `client.token`. */
  readonly where: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A template whose safety check is switched off has as many addresses as tokens have claims. */
const MAX_KEY_SETS = 64;

const keyTypes: Readonly<Record<AsymmetricFamily, string>> = { rsa: "rsa", ecdsa: "ec", eddsa: "ed25519" };

function readPem(pem: string, family: AsymmetricFamily, where: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error(`${where}.${family}_public_key: expected a public key in PEM form`);
  }
  if (key.asymmetricKeyType !== keyTypes[family]) {
    throw new Error(
      `${where}.${family}_public_key: expected a key of type ${keyTypes[family]}, got ${key.asymmetricKeyType}`,
    );
  }
  return key;
}

function createStaticKeys(keys: TokenKeys, where: string): PublicKeys {
  const known = new Map<AsymmetricFamily, KeyObject>();
  if (keys.rsaPublicKey) known.set("rsa", readPem(keys.rsaPublicKey, "rsa", where));
  if (keys.ecdsaPublicKey) known.set("ecdsa", readPem(keys.ecdsaPublicKey, "ecdsa", where));
  if (keys.eddsaPublicKey) known.set("eddsa", readPem(keys.eddsaPublicKey, "eddsa", where));
  return ({ algorithm }) => {
    const family = asymmetricAlgorithms.get(algorithm);
    const key = family && known.get(family);
    if (!key) throw new TokenRefusal("invalid", "no key is configured for the algorithm of the token");
    return key;
  };
}

function createRemoteKeys(template: string, keys: TokenKeys, options: PublicKeysOptions): PublicKeys {
  const endpoint = createJwksEndpoint(template, keys, options.where);
  // One set for each address: the same key id in two sets is two keys.
  const sets = new Map<string, RemoteKeySet>();

  function keySet(url: string): RemoteKeySet {
    const known = sets.get(url);
    if (known) return known;
    if (sets.size >= MAX_KEY_SETS) {
      for (const oldest of sets.keys()) {
        sets.delete(oldest);
        break;
      }
    }
    const created = createRemoteKeySet(url, options);
    sets.set(url, created);
    return created;
  }

  return ({ algorithm, keyId }, variables) => {
    if (!asymmetricAlgorithms.has(algorithm)) {
      throw new TokenRefusal("invalid", "no key set serves the algorithm of the token");
    }
    if (!keyId) throw new TokenRefusal("invalid", "the header of the token has no key id (kid)");
    return keySet(endpoint(variables)).key(algorithm, keyId);
  };
}

export function createPublicKeys(keys: TokenKeys, options: PublicKeysOptions): PublicKeys {
  return keys.jwksPublicEndpoint
    ? createRemoteKeys(keys.jwksPublicEndpoint, keys, options)
    : createStaticKeys(keys, options.where);
}
