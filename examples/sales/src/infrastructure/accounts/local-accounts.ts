import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DEMO_PASSWORD, type DemoAccount, demoAccounts } from "./demo-accounts.ts";
import { openSigningKey } from "./signing-key.ts";

/** Who signed in. */
export interface SignedIn {
  readonly user: DemoAccount;
  /** An ID token for the hub and the API. */
  readonly token: string;
  /** Renews the token; good for nothing else. */
  readonly session: string;
}

/** Stands for Firebase Authentication: a key set on loopback, ID tokens of the same form, and a few accounts. */
export interface LocalAccounts {
  /** The section `client` of a hub that believes these tokens. */
  readonly client: Readonly<Record<string, unknown>>;
  signIn(email: string, password: string): SignedIn | undefined;
  renew(session: string): SignedIn | undefined;
  /** An ID token of any user with this custom claim `role`. */
  token(user: string, role?: string): string;
  stop(): Promise<void>;
}

const PROJECT = "shop-1";
const SESSION = "session";
const TOKEN_S = 3_600;
const SESSION_S = 12 * 3_600;

/** `keyFile` holds the key, so that tokens outlive the process; absent: they do not. */
export async function startLocalAccounts(keyFile?: string): Promise<LocalAccounts> {
  const key = openSigningKey(keyFile);
  const keySet = JSON.stringify({ keys: [key.publicJwk] });
  const server = createServer((_, response) => response.end(keySet));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;

  const seconds = (): number => Math.floor(Date.now() / 1_000);
  const token = (sub: string, role?: string): string => {
    const issued = seconds() - 60;
    const iss = `https://securetoken.google.com/${PROJECT}`;
    return key.sign({ iss, aud: PROJECT, sub, role, auth_time: issued, iat: issued, exp: seconds() + TOKEN_S });
  };
  const enter = (user: DemoAccount | undefined): SignedIn | undefined =>
    user && {
      user,
      token: token(user.uid, user.role),
      session: key.sign({ aud: SESSION, sub: user.uid, exp: seconds() + SESSION_S }),
    };
  return {
    client: { firebase: { project_id: PROJECT, jwks_public_endpoint: url, admin_role: "ADMIN" } },
    signIn: (email, password) =>
      password === DEMO_PASSWORD ? enter(demoAccounts.find((account) => account.email === email)) : undefined,
    renew(session) {
      const uid = key.verify(session, SESSION)?.sub;
      return enter(demoAccounts.find((account) => account.uid === uid));
    },
    token,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
