export { createRedisEngine, type RedisEngineOptions } from "./engine.ts";
export type { RedisServerOptions } from "./links/connection.ts";
export { createRedisLink, type RedisLinkOptions } from "./links/create-link.ts";
export { createRedisRevocations, type RedisRevocationsOptions } from "./revocations.ts";
export { createRedisSchemaStore, type RedisSchemaStoreOptions } from "./schema-store.ts";
