export { createRedisEngine, type RedisEngineOptions } from "./engine.ts";
export type { Link as RedisLink } from "./link.ts";
export type { ConnectionOptions as RedisConnectionOptions } from "./links/connection.ts";
export { createSingleLink } from "./links/single.ts";
