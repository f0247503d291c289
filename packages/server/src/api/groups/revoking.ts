import { blockUser, invalidateUserTokens, revokeToken, unblockUser } from "../../hub/index.ts";
import { type Method, method } from "../method.ts";
import { about, integer, optional, type Schema, text } from "../shape.ts";

const nothing: Schema = { type: "object" };
const done = "{}";

const expireAt = about(
  optional(integer(0), 0),
  "Until when this is remembered, in seconds since the Unix epoch; 0 for ever. Best the end of the longest token.",
);

export const revoking: readonly Method[] = [
  method({
    name: "block_user",
    summary: "Ends the connections of a user and lets the user in no more.",
    scope: "manage",
    request: { user: text, expire_at: expireAt },
    result: nothing,
    async run(hub, caller, { user, expire_at }) {
      await blockUser(hub, caller, { user, expireAt: expire_at });
      return done;
    },
  }),

  method({
    name: "unblock_user",
    summary: "Lets a blocked user in again.",
    scope: "manage",
    request: { user: text },
    result: nothing,
    async run(hub, caller, { user }) {
      await unblockUser(hub, caller, user);
      return done;
    },
  }),

  method({
    name: "revoke_token",
    summary: "Ends what one token opened and accepts it no more.",
    scope: "manage",
    request: { uid: about(text, "The claim jti of the token."), expire_at: expireAt },
    result: nothing,
    async run(hub, caller, { uid, expire_at }) {
      await revokeToken(hub, caller, { uid, expireAt: expire_at });
      return done;
    },
  }),

  method({
    name: "invalidate_user_tokens",
    summary: "Ends what older tokens of a user opened and accepts them no more.",
    scope: "manage",
    request: {
      user: text,
      issued_before: about(
        optional(integer(0), 0),
        "Seconds since the Unix epoch, compared with the claim iat; 0 for now. Tokens without iat count as older.",
      ),
      channel: about(optional(text, ""), "Only subscription tokens for this channel; without it every token."),
      expire_at: expireAt,
    },
    result: nothing,
    async run(hub, caller, { user, issued_before, channel, expire_at }) {
      const request = { user, issuedBefore: issued_before, channel, expireAt: expire_at };
      await invalidateUserTokens(hub, caller, request);
      return done;
    },
  }),
];
