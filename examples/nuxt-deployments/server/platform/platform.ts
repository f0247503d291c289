import { createServerApi, DeploymentPublisher, type ServerApi } from "@altavoz/backend";
import { createDeployer, type Deployer } from "./deployer.ts";

export interface Platform {
  /** The hub's API, at CENTRIFUGO_URL with the key CENTRIFUGO_TOKEN. */
  readonly hub: ServerApi;
  readonly deployer: Deployer;
}

let platform: Platform | undefined;

/** What all routes share: one client of the hub keeps its connections. */
export function usePlatform(): Platform {
  if (platform) return platform;
  const hub = createServerApi();
  const stepMs = Number(useRuntimeConfig().stepMs);
  platform = { hub, deployer: createDeployer(new DeploymentPublisher({ api: hub }), stepMs) };
  return platform;
}
