/**
 * The contracts of the families, for members that live elsewhere: an engine, a listener or a door of somebody's own runs
 * its contract with `node:test`. Needs `fast-check`.
 */
export { doorContract } from "./doors/door.contract.ts";
export { engineContract } from "./engines/engine.contract.ts";
export { revocationsContract } from "./engines/revocations.contract.ts";
export { schemaStoreContract } from "./engines/schema-store.contract.ts";
export { listenerContract } from "./listeners/listener.contract.ts";
