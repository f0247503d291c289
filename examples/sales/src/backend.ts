import type { Log, RunningServer } from "../../../packages/server/src/index.ts";
import type { SaleEvent } from "./domain/events/sale.events.ts";
import { openDatabase } from "./infrastructure/database.ts";
import type { BusHealth, EventBus } from "./infrastructure/event-bus/event-bus.interface.ts";
import { createEventBus } from "./infrastructure/event-bus/event-bus.ts";
import { startWebSocketServer } from "./infrastructure/websocket/websocket.server.ts";
import { PaymentProcessingService } from "./services/payment-processing.service.ts";
import { VentasService } from "./services/ventas.service.ts";
import { type Environment, readSettings } from "./settings.ts";

/** One instance of the back end. */
export interface Backend {
  readonly ventas: VentasService;
  readonly payments: PaymentProcessingService;
  readonly bus: EventBus<SaleEvent>;
  readonly server: RunningServer;
  stop(): Promise<void>;
}

export interface BackendOptions {
  readonly env: Environment;
  readonly log: Log;
  /** Who verifies tokens in place of Firebase: the section `client` of the hub's configuration. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly busChanged?: (health: BusHealth) => void;
}

/** Throws when the environment is not usable; starts without Redis when that is away. */
export async function startBackend({ env, log, client, busChanged }: BackendOptions): Promise<Backend> {
  const settings = readSettings(env, { ownVerifier: client !== undefined });
  const database = openDatabase(settings.databasePath);
  const { redis } = settings;
  const bus = createEventBus<SaleEvent>({
    log,
    ...(redis ? { redis } : {}),
    ...(busChanged ? { changed: busChanged } : {}),
  });
  const close = async (): Promise<void> => {
    await bus.close();
    database.close();
  };
  try {
    const server = await startWebSocketServer({ settings, bus, log, ...(client ? { client } : {}) });
    return {
      ventas: new VentasService(database, bus),
      payments: new PaymentProcessingService(database, bus),
      bus,
      server,
      async stop() {
        await server.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
