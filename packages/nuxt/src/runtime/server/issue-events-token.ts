import { type ConnectionTokenContent, mintConnectionToken } from "@altavoz/backend";
import { createError } from "h3";

/** Rejects with 401 when there is nobody, and with 500 when there is nothing to sign with. */
export async function issueEventsToken(
  content: ConnectionTokenContent | undefined,
  secret: string,
): Promise<{ token: string }> {
  if (!secret)
    throw createError({
      statusCode: 500,
      message: "set NUXT_EVENTS_TOKEN_SECRET to what the hub verifies tokens with",
    });
  if (!content) throw createError({ statusCode: 401, message: "sign in to receive events" });
  return { token: await mintConnectionToken(content, secret) };
}
