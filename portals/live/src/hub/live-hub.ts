import { Centrifuge } from "centrifuge";
import { type ComputedRef, computed, type Ref, ref, type ShallowRef, shallowRef } from "vue";
import { type ChatFeed, createChatFeed } from "./chat-feed.ts";
import { createCuttableSocket } from "./cuttable-socket.ts";
import { createHostFeed, type HostFeed } from "./host-feed.ts";
import { createLatencyWindow, type LatencySummary } from "./latency-window.ts";
import { fetchSession, type TimedSession } from "./session.ts";

const CUT_MS = 5000;
const PROBE_MS = 2000;
const SESSION_RETRY_MS = 2000;
const SILENCE_MS = 3000;
/** Below this a reconnection is not worth a warning. */
const AWAY_MS = 2500;

export type ConnectionState = "starting" | "connecting" | "connected" | "cut" | "away";

export interface LiveHub {
  readonly state: ComputedRef<ConnectionState>;
  readonly session: ShallowRef<TimedSession | undefined>;
  readonly clientId: Ref<string>;
  readonly roundTrip: ShallowRef<LatencySummary | undefined>;
  readonly host: HostFeed;
  readonly chat: ChatFeed;
  /** Seconds until the cut ends; 0 when there is none. */
  readonly cutSeconds: Ref<number>;
  /** Connected, but no measurement has come for a while. */
  readonly silent: ComputedRef<boolean>;
  /** The client, once there is a session. */
  readonly client: ShallowRef<Centrifuge | undefined>;
  cut(): void;
}

/** The page's one connection to the hub, from the session to the feeds. */
export function createLiveHub(): LiveHub {
  const session = shallowRef<TimedSession>();
  const client = shallowRef<Centrifuge>();
  const clientId = ref("");
  const connected = ref(false);
  /** An attempt has failed since the last connection: slow alone is not away. */
  const failed = ref(false);
  const lostAt = ref(performance.now());
  const now = ref(performance.now());
  const cutUntil = ref(0);
  const roundTrip = shallowRef<LatencySummary>();
  const host = createHostFeed();
  const chat = createChatFeed();
  const socket = createCuttableSocket();

  const cutSeconds = computed(() => Math.max(0, Math.ceil((cutUntil.value - now.value) / 1000)));
  const state = computed<ConnectionState>(() => {
    if (cutSeconds.value > 0) return "cut";
    if (connected.value) return "connected";
    if (failed.value && now.value - lostAt.value > AWAY_MS) return "away";
    return client.value ? "connecting" : "starting";
  });
  const silent = computed(() => state.value === "connected" && now.value - host.lastSign.value > SILENCE_MS);

  setInterval(() => {
    now.value = performance.now();
  }, 250);

  function cut(): void {
    now.value = performance.now();
    cutUntil.value = now.value + CUT_MS;
    socket.cut();
    setTimeout(() => {
      socket.restore();
      now.value = lostAt.value = performance.now();
      // The client takes this event as "the network is back" and reconnects without waiting for its next attempt.
      window.dispatchEvent(new Event("online"));
    }, CUT_MS);
  }

  async function start(): Promise<void> {
    try {
      session.value = await fetchSession();
    } catch {
      failed.value = true;
      setTimeout(start, SESSION_RETRY_MS);
      return;
    }
    client.value = connect(session.value, socket.Socket);
    client.value.on("connected", (context) => {
      clientId.value = context.client;
      connected.value = true;
      failed.value = false;
    });
    client.value.on("connecting", () => {
      connected.value = false;
      now.value = lostAt.value = performance.now();
    });
    client.value.on("error", () => {
      failed.value = true;
    });
    host.attach(client.value, session.value);
    chat.attach(client.value, session.value);
    client.value.connect();
    probe(client.value, roundTrip);
  }

  void start();
  return { state, session, clientId, roundTrip, host, chat, cutSeconds, silent, client, cut };
}

function connect(session: TimedSession, Socket: typeof WebSocket): Centrifuge {
  const url = new URL(session.paths.websocket, document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  const client = new Centrifuge(url.href, {
    token: session.token,
    getToken: async () => (await fetchSession(session.user)).token,
    websocket: Socket,
    minReconnectDelay: 300,
    maxReconnectDelay: 3000,
    name: "altavoz-live",
  });
  // A hub that came back with other secrets refuses the old token for good; a new one is only a request away.
  client.on("disconnected", () => {
    setTimeout(() => {
      client.setToken("");
      client.connect();
    }, SESSION_RETRY_MS);
  });
  return client;
}

/** Measures the way to the hub and back. A hub without the method answers with an error, which travels as far. */
function probe(client: Centrifuge, roundTrip: ShallowRef<LatencySummary | undefined>): void {
  const latencies = createLatencyWindow(30);
  const measure = async (): Promise<void> => {
    if (document.hidden || client.state !== "connected") return;
    const started = performance.now();
    const answered = await client.rpc("ping", {}).then(
      () => true,
      (error: { code?: number }) => (error.code ?? 0) >= 100,
    );
    if (!answered) return;
    latencies.add(performance.now() - started);
    roundTrip.value = latencies.summary();
  };
  client.on("connected", () => void measure());
  setInterval(measure, PROBE_MS);
}
