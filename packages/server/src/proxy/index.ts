/** Asking the application: backends over HTTP, and handlers in the same process. */
export type { BackendOptions, BackendSurroundings } from "./backend.ts";
export {
  type ApplicationHandlers,
  type ConnectDecision,
  createHandled,
  type Decided,
  type PublishDecision,
  type RefreshDecision,
  type SubRefreshDecision,
  type SubscribeDecision,
} from "./handlers.ts";
export type { StatusTransform } from "./post.ts";
export { createProxies, type ProxiesOptions, type RpcRoutes } from "./proxies.ts";
export type { BackendTls } from "./send.ts";
