import type { Namespace, Server } from "socket.io";
import type { Hub } from "../../../hub/index.ts";
import type { Clock } from "../../../kit/clock.ts";
import type { Log } from "../../../kit/log.ts";
import { createHubAdapter } from "../adapter/hub-adapter.ts";

export interface HubLinkOptions {
  readonly io: Server;
  /** Makes the hub, not yet started. */
  readonly open: () => Promise<Hub>;
  readonly tenant: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called on each change of `isUp`. */
  readonly changed: (isUp: boolean) => void;
  /** Called for each event that the hub did not take. */
  readonly unpublished: () => void;
}

const CHECK_EVERY_MS = 1_000;
/** An application that starts does not wait longer for other nodes. */
const START_PATIENCE_MS = 1_500;

/**
 * Joins a Socket.IO server to a hub of its own, and says whether that hub reaches its engine. Until it does for the first
 * time Socket.IO's own adapter serves this node alone; from then on everything travels through the hub.
 */
export class HubLink {
  isUp = false;
  readonly #options: HubLinkOptions;
  readonly #namespaces: Set<Namespace>;
  #hub: Hub | undefined;
  #isTold = false;
  #isStopped = false;
  #endWatch = (): void => {};

  constructor(options: HubLinkOptions) {
    this.#options = options;
    this.#namespaces = new Set([options.io.sockets]);
    options.io.on("new_namespace", (namespace) => this.#namespaces.add(namespace));
  }

  /** Resolves when the first attempt has an outcome or takes long; further ones follow until one succeeds. */
  async start(): Promise<void> {
    const attempt = this.#check().then(() => {
      if (!this.#isStopped) this.#watch();
    });
    let hurry = (): void => {};
    const patience = new Promise<void>((resolve) => {
      hurry = this.#options.clock.after(START_PATIENCE_MS, resolve);
    });
    await Promise.race([attempt, patience]);
    hurry();
  }

  /** One check after the other, each a while after the end of the one before. */
  #watch(): void {
    this.#endWatch = this.#options.clock.after(CHECK_EVERY_MS, () => {
      void this.#check().then(() => {
        if (!this.#isStopped) this.#watch();
      });
    });
  }

  async #check(): Promise<void> {
    const { log } = this.#options;
    try {
      await (this.#hub ? this.#ask(this.#hub) : this.#join());
      if (this.isUp || this.#isStopped) return;
      this.isUp = true;
      this.#isTold = false;
      this.#options.changed(true);
    } catch (error) {
      if (!this.#isTold) log.error("the hub does not reach its engine: events stay on this node", { error });
      this.#isTold = true;
      if (!this.isUp) return;
      this.isUp = false;
      this.#options.changed(false);
    }
  }

  /** With a new hub each time: one that could not start has let go of its engine. */
  async #join(): Promise<void> {
    const hub = await this.#options.open();
    await hub.start();
    if (this.#isStopped) return hub.stop();
    this.#hub = hub;
    this.#renewAdapters(hub);
  }

  async #ask(hub: Hub): Promise<void> {
    const { clock } = this.#options;
    let giveUp = (): void => {};
    const silence = new Promise<never>((_, reject) => {
      giveUp = clock.after(CHECK_EVERY_MS, () => reject(new Error(`no answer within ${CHECK_EVERY_MS} ms`)));
    });
    try {
      await Promise.race([hub.engine.health(), silence]);
    } finally {
      giveUp();
    }
    // What was entered without an engine has no channel: the next adapter begins anew.
    if (!this.isUp && !this.#isStopped) this.#renewAdapters(hub);
  }

  /** Memberships belong to an adapter: those of the last one are entered into the next. */
  #renewAdapters(hub: Hub): void {
    const { io, tenant, unpublished } = this.#options;
    const last = [...this.#namespaces].map(({ adapter }) => adapter);
    io.adapter(createHubAdapter(hub, { tenant, unpublished }));
    for (const adapter of last) {
      for (const [id, rooms] of adapter.sids) void adapter.nsp.adapter.addAll(id, new Set(rooms));
      void adapter.close();
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endWatch();
    this.isUp = false;
    await this.#hub?.stop();
  }
}
