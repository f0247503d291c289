/** What somebody does who gets an error or a code. The tables in `hub/` say which there are; a missing one is an error. */

export const errorAdvice = {
  internal: "Try again. If it stays, the log of the server says more.",
  unauthorized: "Send a credential that this server knows: a token with the connect command, or an API key.",
  unknownChannel: "Check the name: the text says which forms there are and which one was probably meant.",
  permissionDenied: "Grant it: by an option of the namespace, a subscription token, or a scope of the API key.",
  methodNotFound: "Check the name of the method.",
  alreadySubscribed: "Keep the subscription that there is; one connection has at most one for each channel.",
  limitExceeded: "The text names the limit. Use less, or raise it in the configuration.",
  badRequest: "The text names the member and what was expected there.",
  notAvailable: "The feature is off in this namespace, or not in this version; the text says which.",
  tokenExpired: "Get a new token and connect again. The official clients do this through `getToken`.",
  expired: "The time that a refresh named has passed already. Send one in the future.",
  tooManyRequests: "Wait a moment, then try again.",
  unrecoverablePosition: "The stream does not reach back to this position. Load the state anew and go on from there.",
  concurrentPagination: "The stream changed between two pages. Begin again with the first one.",
  unavailable: "Nothing was done, because the engine is away for the moment. Try again in a second.",
  outcomeUnknown:
    "It may have been published. Try again with an idempotency key, the same as before, or ask the history.",
  schemaMismatch:
    "The text names the schema, the field and what is expected there. [Schemas](schemas.md) say who asks.",
};

export const disconnectAdvice = {
  connectionClosed: "The client closed the connection itself, or the network did.",
  shutdown: "The node stops. Clients come back, elsewhere when there are several nodes.",
  serverError: "The log of the server says more.",
  expired: "The token expired and was not refreshed in time. Check `getToken`, and the clock of who signs.",
  subscriptionExpired: "The same for a subscription token: check the `getToken` of the subscription.",
  slow: "The client reads more slowly than its channels speak. Send less, or raise `client.queue_max_size`.",
  writeError: "The client took nothing of what waited for it within `websocket.write_timeout`: asleep, gone, or stuck.",
  insufficientState: "Missed publications are no longer in history. The client returns and loads its state anew.",
  forceReconnect: "Somebody asked for it through the server API.",
  noPong: "The client did not answer a ping within `client.pong_timeout`: asleep, or gone.",
  tooManyRequests: "Send fewer commands.",
  stateInvalidated: "Nothing: the client comes back and loads its state anew.",
  invalidToken: "`altavoz checktoken` says what is wrong with a token.",
  badRequest: "The client sent what the protocol does not have. Update it, or report it.",
  stale: "The first command must be connect, within `client.stale_close_delay`.",
  forceDisconnect: "Somebody ended the connection through the server API; the client stays away.",
  connectionLimit: "Close other connections, or raise `client.connection_limit` or the limits of the tenant.",
  channelLimit: "Unsubscribe from something first, or raise `client.channel_limit`.",
  inappropriateProtocol: "The client spoke another format than the address offers.",
  permissionDenied: "The connection may not do this at all. Check the token.",
  notAvailable: "The client asked for what this server does not offer.",
  tooManyErrors: "The client repeats commands that are refused. Mend it.",
  unauthorized: "The plain door: the frame `auth_error` before it says why. Get a valid token, then come back.",
  forbidden: "The plain door: the token is valid, but not for this. Another account may be.",
};

export const unsubscribeAdvice = {
  server: "Somebody unsubscribed the user through the server API.",
  insufficientState:
    "Missed publications are no longer in history; the client subscribes again and loads its state anew.",
  subscriptionExpired: "The subscription token was not refreshed in time.",
  stateInvalidated: "Nothing: the client subscribes again and loads its state anew.",
};
