export type DataFormat = "" | "json" | "json_object" | "binary";
export type RecoveryMode = "stream" | "cache";

/** The options of one namespace, by the meaning of Centrifugo's channel options. Times in milliseconds. */
export interface Namespace {
  readonly name: string;
  /** One of the built-in scopes with its default options: nobody declared it. */
  readonly builtin: boolean;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly forcePushJoinLeave: boolean;
  readonly historySize: number;
  readonly historyTtlMs: number;
  readonly historyMetaTtlMs: number;
  readonly forcePositioning: boolean;
  readonly allowPositioning: boolean;
  readonly forceRecovery: boolean;
  readonly allowRecovery: boolean;
  readonly recoveryMode: RecoveryMode;
  readonly autoCacheRecover: boolean;
  readonly allowSubscribeForClient: boolean;
  readonly allowSubscribeForAnonymous: boolean;
  readonly allowPublishForClient: boolean;
  readonly allowPublishForSubscriber: boolean;
  readonly allowPublishForAnonymous: boolean;
  readonly allowPresenceForClient: boolean;
  readonly allowPresenceForSubscriber: boolean;
  readonly allowPresenceForAnonymous: boolean;
  readonly allowHistoryForClient: boolean;
  readonly allowHistoryForSubscriber: boolean;
  readonly allowHistoryForAnonymous: boolean;
  readonly allowUserLimitedChannels: boolean;
  /** Matches the name after the namespace; only for what clients ask. */
  readonly channelRegex?: RegExp;
  readonly dataFormat: DataFormat;
  /** A publication for which no schema is known is refused. */
  readonly requireSchema: boolean;
  /** Names of the backends that are asked; an absent one: nobody is. */
  readonly backends?: NamespaceBackends;
  /** Subscribers may take deltas. */
  readonly allowDelta: boolean;
  /** Every publication may travel as a delta, not only those marked so. */
  readonly deltaPublish: boolean;
  readonly allowTagsFilter: boolean;
  /** Numbers stand for channel names where the client can read them. */
  readonly allowCompaction: boolean;
  /** A client does not get what it published itself. */
  readonly excludePublisher: boolean;
  /** Publications leave together after so many or so long, whichever is first; 0 for at once. */
  readonly batchMaxSize: number;
  readonly batchMaxDelayMs: number;
  /** Of those that would leave together only the last one does. */
  readonly batchLatestOnly: boolean;
}

export const hasBatches = (namespace: Namespace): boolean => namespace.batchMaxDelayMs > 0;

export interface NamespaceBackends {
  readonly subscribe?: string;
  readonly subRefresh?: string;
  readonly publish?: string;
}

export const hasHistory = (namespace: Namespace): boolean => namespace.historySize > 0 && namespace.historyTtlMs > 0;

/** Everything off: what an option means when nobody sets it. */
export const closedNamespace: Namespace = {
  name: "",
  builtin: false,
  presence: false,
  joinLeave: false,
  forcePushJoinLeave: false,
  historySize: 0,
  historyTtlMs: 0,
  historyMetaTtlMs: 720 * 3_600_000,
  forcePositioning: false,
  allowPositioning: false,
  forceRecovery: false,
  allowRecovery: false,
  recoveryMode: "stream",
  autoCacheRecover: false,
  allowSubscribeForClient: false,
  allowSubscribeForAnonymous: false,
  allowPublishForClient: false,
  allowPublishForSubscriber: false,
  allowPublishForAnonymous: false,
  allowPresenceForClient: false,
  allowPresenceForSubscriber: false,
  allowPresenceForAnonymous: false,
  allowHistoryForClient: false,
  allowHistoryForSubscriber: false,
  allowHistoryForAnonymous: false,
  allowUserLimitedChannels: false,
  dataFormat: "",
  requireSchema: false,
  allowDelta: false,
  deltaPublish: false,
  allowTagsFilter: false,
  allowCompaction: false,
  excludePublisher: false,
  batchMaxSize: 0,
  batchMaxDelayMs: 0,
  batchLatestOnly: false,
};

/** The options of the built-in scopes until a configuration declares a namespace of the same name. */
export const scopeNamespace = (name: ScopeName): Namespace => ({
  ...closedNamespace,
  name,
  builtin: true,
  presence: true,
  joinLeave: true,
  historySize: 300,
  historyTtlMs: 10 * 60_000,
  forceRecovery: true,
  allowPresenceForSubscriber: true,
  allowHistoryForSubscriber: true,
});

export const scopeNames = ["tenant", "user", "admin", "system"] as const;
export type ScopeName = (typeof scopeNames)[number];
