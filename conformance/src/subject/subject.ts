import type { ProfileName } from "./profile.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** The server under test, seen from outside: nothing here says whose it is. */
export interface Subject {
  /** `http://localhost:PORT` */
  readonly url: string;
  /** `ws://localhost:PORT/connection/websocket` */
  readonly websocketUrl: string;
  /** A connection token with these claims, signed with the platform's secret unless another one is given. */
  token(claims: Claims, secret?: string): Promise<string>;
  /** A subscription token for one channel. */
  subscriptionToken(channel: string, claims: Claims, secret?: string): Promise<string>;
  /** Calls a method of the server API; rejects with an `ApiError` when it answers one. */
  api<T = unknown>(method: string, body: object, key?: string): Promise<T>;
  /** Rejects when it ends although nobody has stopped it; pending as long as it lives. */
  readonly died: Promise<never>;
  /** Ends it as its operator would, and rejects when it did not go quietly. */
  stop(): Promise<void>;
}

/** Something that can open a subject with the configuration of a profile. */
export interface Place {
  /** For the titles of tests. */
  readonly name: string;
  /** Somebody else's server: what is ours alone is declined. */
  readonly foreign: boolean;
  /** Why it cannot serve a profile; absent when it can. */
  declines(profile: ProfileName): string | undefined;
  /** On a free port, or on the one of an earlier subject. */
  open(profile: ProfileName, port?: number): Promise<Subject>;
}

/** What the server API answered instead of a result. */
export class ApiError extends Error {
  readonly code: number;

  constructor(method: string, { code, message }: { readonly code: number; readonly message: string }) {
    super(`${method}: ${code} ${message}`);
    this.name = "ApiError";
    this.code = code;
  }
}
