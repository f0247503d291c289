import type { HttpRequest } from "../../hub/index.ts";

/** What stands in front of a token among the subprotocols, the only header that a page of a browser can set. */
const BEARER = "altavoz.bearer.";
/** The subprotocol itself. Offered beside a token it is what the answer names, so that the token does not travel back. */
const PROTOCOL = "altavoz";

/** What a client says about itself before its first frame. */
export interface Handshake {
  readonly token?: string;
  /** What browsers want to hear that have offered something. */
  readonly protocol?: string;
}

export function readHandshake(request: HttpRequest): Handshake {
  const offers = (request.header("sec-websocket-protocol") ?? "").split(",").map((offer) => offer.trim());
  const bearer = offers.find((offer) => offer.startsWith(BEARER));
  const token = bearer?.slice(BEARER.length) ?? request.query.get("token") ?? undefined;
  const protocol = offers.includes(PROTOCOL) ? PROTOCOL : bearer;
  return { ...(token === undefined ? {} : { token }), ...(protocol === undefined ? {} : { protocol }) };
}
