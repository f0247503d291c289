import { randomBytes } from "node:crypto";
import type { Centrifuge, Options } from "centrifuge";
import type { Claims, Subject } from "../subject/subject.ts";
import { type Cable, createCable } from "./cable.ts";
import { RawSocket } from "./raw-socket.ts";
import type { Way } from "./ways.ts";

/** What one test plays with; everything on it is gone when the test ends. */
export interface Stage {
  readonly subject: Subject;
  /** Another server of the same kind; only where the server is ours to start. */
  another(port?: number): Promise<Subject>;
  /** A channel name that no other test uses. */
  channel(namespace: string): string;
  /** The official client, not yet connected. */
  client(options?: Partial<Options>, url?: string): Centrifuge;
  /** A user with a token of these claims, connected. */
  join(claims: Claims, options?: Partial<Options>, url?: string): Promise<Centrifuge>;
  cable(): Promise<Cable>;
  /** A bare WebSocket that has shaken hands. */
  raw(): Promise<RawSocket>;
  /** The same, and it has sent a connect command with a token for this user. */
  rawUser(user: string): Promise<RawSocket>;
}

/** A name that no other test uses. */
export const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString("hex")}`;

/** Clients come back soon: tests wait for them. */
const SOON = { minReconnectDelay: 20, maxReconnectDelay: 200, timeout: 20_000 };

export interface StageOptions {
  readonly another: Stage["another"];
  readonly way: Way;
}

export function createStage(subject: Subject, { another, way }: StageOptions): Stage & { end(): Promise<void> } {
  const endings: (() => unknown)[] = [];
  let over = false;
  /** A test whose server died may go on for a while after its end: what it still opens would stay for ever. */
  const atEnd = (ending: () => unknown): void => {
    endings.push(ending);
    if (!over) return;
    void end();
    throw new Error("the test is over");
  };
  const end = async (): Promise<void> => {
    over = true;
    for (const ending of endings.splice(0).reverse()) await ending();
  };
  const stage: Stage = {
    subject,
    another,
    channel: (namespace) => unique(`${namespace}:test`),
    client(options = {}, url = subject.websocketUrl) {
      const client = way.client(url, { ...SOON, ...options });
      atEnd(() => client.disconnect());
      return client;
    },
    async join(claims, options, url) {
      const client = stage.client({ token: await subject.token(claims), ...options }, url);
      client.connect();
      await client.ready();
      return client;
    },
    async cable() {
      const cable = await createCable(subject);
      atEnd(() => cable.close());
      return cable;
    },
    async raw() {
      const socket = new RawSocket(subject.websocketUrl);
      atEnd(() => socket.destroy());
      await socket.opened();
      return socket;
    },
    async rawUser(user) {
      const socket = await stage.raw();
      const { error } = await socket.ask(1, { connect: { token: await subject.token({ sub: user }) } });
      if (error) throw new Error(`connect: ${error.code} ${error.message}`);
      return socket;
    },
  };
  return { ...stage, end };
}
