import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock, type VirtualClock } from "../kit/virtual-clock.ts";
import { type AuthenticatorOptions, createAuthenticator, type TokenAuthenticator } from "./authenticator.ts";

export const SECRET = "the secret of the platform";

const base64url = (text: string): string => Buffer.from(text).toString("base64url");

/** A token with exactly these claims, made without the code under test. */
export function signRaw(claims: unknown, options: { secret?: string; header?: object } = {}): string {
  const header = JSON.stringify({ alg: "HS256", typ: "JWT", ...options.header });
  const signed = `${base64url(header)}.${base64url(typeof claims === "string" ? claims : JSON.stringify(claims))}`;
  return `${signed}.${createHmac("sha256", options.secret ?? SECRET)
    .update(signed)
    .digest("base64url")}`;
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privatePem: string;
  readonly publicPem: string;
}

const pair = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): KeyPair => ({
  publicKey,
  privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
});

export const rsaPair = (): KeyPair => pair(generateKeyPairSync("rsa", { modulusLength: 2_048 }));
export const ecPair = (namedCurve: string): KeyPair => pair(generateKeyPairSync("ec", { namedCurve }));
export const edPair = (): KeyPair => pair(generateKeyPairSync("ed25519"));

const limits = {
  connections: 0,
  userConnections: 0,
  subscriptionsPerConnection: 0,
  publicationsPerSecond: 0,
  publicationBytes: 0,
  historyChannels: 0,
};

export interface Bench {
  readonly clock: VirtualClock;
  readonly now: number;
  readonly authenticator: TokenAuthenticator;
}

/** An authenticator on a virtual clock that knows every tenant but `nowhere`. */
export function createBench(options: Partial<AuthenticatorOptions> = {}): Bench {
  const clock = createVirtualClock();
  const authenticator = createAuthenticator({
    platform: { hmacSecretKey: SECRET },
    tenants: new Map(),
    directory: {
      tenant: (id) =>
        id === "nowhere" ? undefined : { id, name: id, declared: true, limits, namespace: () => undefined },
    },
    clock,
    log: silentLog,
    ...options,
  });
  return { clock, now: clock.now() / 1_000, authenticator };
}
