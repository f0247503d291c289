import type { Frame, HttpRequest, Outlet, Transport } from "../../hub/index.ts";
import { headerUser, keptHeaders } from "../door-step.ts";
import type { CentrifugoStep } from "./centrifugo-step.ts";
import type { Codec } from "./codec.ts";
import { Dispatch } from "./dispatch.ts";

export interface OpenOptions {
  readonly request: HttpRequest;
  readonly outlet: Outlet;
  readonly codec: Codec;
  readonly transport: Transport;
  /** The commands that came with the request; their session takes others beside its stream. */
  readonly emulated?: Frame;
}

/** A bidirectional session on a connection that was let in. */
export function openSession(
  step: CentrifugoStep,
  { request, outlet, codec, transport, emulated }: OpenOptions,
): Dispatch {
  const { hub, topics, concurrency } = step;
  const session = hub.open({ outlet, topics, encoder: codec.encoder, transport, ...keptHeaders(step, request) });
  const dispatch = new Dispatch({ hub, codec, session, headerUser: headerUser(step, request), concurrency });
  if (emulated !== undefined) {
    session.upstream = dispatch;
    dispatch.message(emulated);
  }
  return dispatch;
}
