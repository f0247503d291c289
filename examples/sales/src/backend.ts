import type { Log, RunningServer } from "../../../packages/server/src/index.ts";
import type { SaleEvent } from "./domain/events/sale.events.ts";
import type { LocalAccounts } from "./infrastructure/accounts/local-accounts.ts";
import { openDatabase } from "./infrastructure/database.ts";
import type { BusHealth, EventBus } from "./infrastructure/event-bus/event-bus.interface.ts";
import { createEventBus } from "./infrastructure/event-bus/event-bus.ts";
import { createApi } from "./infrastructure/http/api.ts";
import { type ShopServer, startShopServer } from "./infrastructure/http/http.server.ts";
import { startWebSocketServer } from "./infrastructure/websocket/websocket.server.ts";
import { PaymentProcessingService } from "./services/payment-processing.service.ts";
import { VentasService } from "./services/ventas.service.ts";
import { type Environment, readSettings } from "./settings.ts";

/** One instance of the back end. */
export interface Backend {
  readonly ventas: VentasService;
  readonly payments: PaymentProcessingService;
  readonly bus: EventBus<SaleEvent>;
  /** The hub. */
  readonly server: RunningServer;
  /** The pages and their API. */
  readonly shop: ShopServer;
  stop(): Promise<void>;
}

export interface BackendOptions {
  readonly env: Environment;
  readonly log: Log;
  /** In place of Firebase. */
  readonly accounts?: LocalAccounts;
  readonly busChanged?: (health: BusHealth) => void;
}

/** Throws when the environment is not usable; starts without Redis when that is away. */
export async function startBackend({ env, log, accounts, busChanged }: BackendOptions): Promise<Backend> {
  const settings = readSettings(env, { ownVerifier: accounts !== undefined });
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const database = openDatabase(settings.databasePath);
    closers.push(() => database.close());
    const { redis } = settings;
    const bus = createEventBus<SaleEvent>({
      log,
      ...(redis ? { redis } : {}),
      ...(busChanged ? { changed: busChanged } : {}),
    });
    closers.push(() => bus.close());
    const server = await startWebSocketServer({ settings, bus, log, ...(accounts ? { client: accounts.client } : {}) });
    closers.push(() => server.stop());
    const ventas = new VentasService(database, bus);
    const payments = new PaymentProcessingService(database, bus);
    const api = createApi({
      ventas,
      payments,
      // Whom the hub lets in, and nobody else.
      rolesOf: async (token) => (await server.hub.authenticator.connection(token)).identity.roles,
      ...(accounts ? { accounts } : {}),
    });
    const shop = await startShopServer({ port: settings.webPort, api, pages: settings.pagesPath, log });
    closers.push(() => shop.stop());
    return { ventas, payments, bus, server, shop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
