import { askerOf } from "../asking/asker.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { HubError } from "../values/errors.ts";
import type { Payload } from "../values/publication.ts";

export interface RpcRequest {
  readonly method: string;
  readonly data: Payload;
}

/** A question that the application answers. Throws `HubError` notAvailable when nobody answers any, methodNotFound. */
export async function rpc(hub: Hub, caller: Caller, request: RpcRequest): Promise<Payload> {
  const { rpcPingMethod } = hub.settings;
  if (caller.session && rpcPingMethod !== "" && request.method === rpcPingMethod) return "{}";
  if (!caller.session || !hub.application.rpc) throw new HubError("notAvailable", "no RPC methods are offered");
  const asked = hub.application.rpc({ asker: askerOf(caller.session), ...request });
  if (!asked) throw new HubError("methodNotFound", "nobody answers this method");
  const answer = await asked;
  if (answer === undefined) throw new HubError("internal", "the application did not answer");
  return answer;
}
