import { create } from "zustand";
import type { DemoAccount } from "../../src/infrastructure/accounts/demo-accounts.ts";

/** With Firebase: `firebase.User`. */
export type User = DemoAccount;

interface SessionState {
  /** `unknown` until the server has said whether somebody is signed in. */
  readonly status: "unknown" | "known";
  readonly user: User | undefined;
  /** Only in memory; what renews it is a cookie that no script can read. */
  readonly token: string | undefined;
}

const NOBODY: SessionState = { status: "known", user: undefined, token: undefined };

export const useSessionStore = create<SessionState>()(() => ({ ...NOBODY, status: "unknown" }));

const post = (path: string, body?: object): Promise<Response> =>
  fetch(path, {
    method: "POST",
    ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
  });

async function enter(response: Response): Promise<string | undefined> {
  if (response.status !== 200) return undefined;
  const { user, token } = (await response.json()) as { user: User; token: string };
  useSessionStore.setState({ status: "known", user, token });
  return token;
}

/** Resolves with whether email and password were right. */
export const signIn = async (email: string, password: string): Promise<boolean> =>
  (await enter(await post("/auth/sign-in", { email, password }))) !== undefined;

export async function signOut(): Promise<void> {
  useSessionStore.setState(NOBODY);
  await post("/auth/sign-out");
}

/** For each connection to the hub. Rejects while the server does not answer. */
export async function freshToken(): Promise<string> {
  const response = await post("/auth/token");
  const token = await enter(response);
  if (token) return token;
  if (response.status === 204) useSessionStore.setState(NOBODY);
  throw new Error(`no token: ${response.status}`);
}

/** After a reload. */
export const resumeSession = (): Promise<unknown> => freshToken().catch(() => useSessionStore.setState(NOBODY));
