import { useWebSocket as useHub, type WebSocketResult } from "@altavoz/react";
import { useEffect, useState } from "react";
import type { SaleEvent } from "../../src/domain/events/sale.events.ts";
import { ATTEMPTS } from "../components/Admin/ConnectionNotice.tsx";
import { useNotificationsStore } from "../stores/notificationsStore.ts";
import { loadSales } from "../stores/salesStore.ts";
import { freshToken, type User } from "../stores/sessionStore.ts";

/** With or without a scheme: `localhost:3001` and `wss://api.example.com` mean the same door. */
const url = process.env.NEXT_PUBLIC_WS_URL || "localhost:3001";

/** Brings what the hub tells an administrator into the stores: the events, and the list whenever some may be missing. */
export function useWebSocket(user: User): WebSocketResult {
  const { receive } = useNotificationsStore.getState();
  const connection = useHub<SaleEvent>({
    url,
    attempts: ATTEMPTS,
    user: user.uid,
    getToken: freshToken,
    onEvent(event) {
      receive(event);
      void loadSales();
    },
    onGap: () => void loadSales(),
  });
  // What happened before the first connection; after that the hub says itself what was missed.
  const [wasLive, setWasLive] = useState(false);
  if (connection.isConnected && !wasLive) setWasLive(true);
  useEffect(() => {
    if (wasLive) void loadSales();
  }, [wasLive]);
  return connection;
}
