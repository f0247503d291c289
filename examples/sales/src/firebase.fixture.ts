import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands for Firebase Authentication: a key set of its own on loopback, and tokens that it signs. */
export interface FakeFirebase {
  /** The section `client` of a hub that believes it. */
  readonly client: Readonly<Record<string, unknown>>;
  /** An ID token of a user with this custom claim `role`. */
  token(user: string, role?: string): string;
  stop(): Promise<void>;
}

const PROJECT = "shop-1";

export async function startFakeFirebase(): Promise<FakeFirebase> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const keys = JSON.stringify({
    keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }],
  });
  const server = createServer((_, response) => response.end(keys));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  return {
    client: { firebase: { project_id: PROJECT, jwks_public_endpoint: url, admin_role: "ADMIN" } },
    token(user, role) {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: `https://securetoken.google.com/${PROJECT}`,
        aud: PROJECT,
        sub: user,
        role,
        auth_time: now - 60,
        iat: now - 60,
        exp: now + 3_600,
      };
      const signed = `${encode({ alg: "RS256", kid: "k1", typ: "JWT" })}.${encode(claims)}`;
      return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
