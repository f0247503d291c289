import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Log } from "../kit/log.ts";
import type { DrainSettings } from "./cluster/send-away.ts";
import type { GateSettings } from "./gate.ts";
import type { NodeLimits } from "./limits.ts";
import type { Application } from "./ports/application.ts";
import type { Directory } from "./ports/directory.ts";
import type { Engine } from "./ports/engine.ts";
import type { Authenticator } from "./ports/identity.ts";
import type { Revocations } from "./ports/revocations.ts";
import type { Schemas } from "./ports/schemas.ts";
import type { ChannelRules } from "./values/channel.ts";

/** Every figure the hub goes by; times in milliseconds, 0 means off or no limit. */
export interface HubSettings extends GateSettings {
  readonly nodeName: string;
  readonly version: string;
  readonly channel: ChannelRules;
  readonly node: NodeLimits;
  readonly drain: DrainSettings;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly staleCloseDelayMs: number;
  readonly expiredCloseDelayMs: number;
  readonly expiredSubCloseDelayMs: number;
  readonly presenceIntervalMs: number;
  readonly presenceTtlMs: number;
  readonly positionCheckMs: number;
  readonly insufficientSpreadMs: number;
  /** Subscriptions of one connection, unless the tenant has a limit of its own. */
  readonly channelLimit: number;
  readonly userConnectionLimit: number;
  readonly historyLimit: number;
  /** Missed publications in one reply; negative for no limit. */
  readonly recoveryLimit: number;
  /** Missed publications that are brought at all, in as many steps as it takes. */
  readonly recoveryTotalLimit: number;
  readonly includeServerTime: boolean;
  readonly allowAnonymous: boolean;
  readonly personalChannel: { readonly namespace: string; readonly singleConnection: boolean } | undefined;
  /** Name of the built-in RPC method that answers an empty object; "" for none. */
  readonly rpcPingMethod: string;
}

export interface HubOptions {
  readonly settings: HubSettings;
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly directory: Directory;
  /** Absent: nobody is asked anything. */
  readonly application?: Application;
  /** Absent: nothing can be revoked. */
  readonly revocations?: Revocations;
  /** Absent: publications are held against nothing. */
  readonly schemas?: Schemas;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}
