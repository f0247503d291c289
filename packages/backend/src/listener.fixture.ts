/** Somebody who is subscribed, over the hub's plain WebSocket. */
export interface Listener {
  readonly userId: string;
  readonly role: string | null;
  /** The next event, as it was published. */
  next(): Promise<unknown>;
  close(): void;
}

interface Where {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly token: string;
  readonly channel: string;
  /** Of the subscription. */
  readonly subscriptionToken?: string;
}

type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** Resolves when the subscription is there; rejects with what the hub says when it refuses. */
export function listen({ url, token, channel, subscriptionToken }: Where): Promise<Listener> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`);
  const events: unknown[] = [];
  const waiting: ((event: unknown) => void)[] = [];
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  return new Promise((resolve, reject) => {
    let identity: Pick<Listener, "userId" | "role"> = { userId: "", role: null };
    const frames: Readonly<Record<string, (frame: Frame) => void>> = {
      welcome: () => say({ type: "auth", token }),
      auth_success: ({ userId, role }) => {
        identity = { userId: String(userId), role: role as string | null };
        const proof = subscriptionToken === undefined ? {} : { token: subscriptionToken };
        say({ type: "subscribe", id: 1, channel, ...proof });
      },
      ok: () =>
        resolve({
          ...identity,
          next: async () => events.shift() ?? new Promise((next) => waiting.push(next)),
          close: () => socket.close(),
        }),
      event: ({ event }) => (waiting.shift() ?? ((early) => events.push(early)))(event),
      auth_error: ({ message }) => reject(new Error(String(message))),
      error: ({ message }) => {
        socket.close();
        reject(new Error(String(message)));
      },
    };
    socket.onmessage = ({ data }) => {
      const frame: Frame = JSON.parse(String(data));
      frames[frame.type]?.(frame);
    };
    socket.onclose = () => reject(new Error("the connection ended"));
  });
}
