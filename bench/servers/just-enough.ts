import { createHmac, timingSafeEqual } from "node:crypto";
import { parseArgs } from "node:util";

/** Just enough of the Centrifugo protocol and API for a comparison server to be measured with the same generator. */

export interface Arguments {
  readonly port: number;
  readonly apiKey: string;
  readonly hmacSecret: string;
}

export function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { port: text, "api-key": text, "hmac-secret": text } });
  return { port: Number(values.port), apiKey: values["api-key"] ?? "", hmacSecret: values["hmac-secret"] ?? "" };
}

export interface Publish {
  readonly channel: string;
  readonly data: unknown;
}

/** The push that every subscriber of the channel gets. */
export function encodePush({ channel, data }: Publish): string {
  return JSON.stringify({ push: { channel, pub: { data } } });
}

/** Whether the token is an HS256 JWT of this secret that has not expired. */
export function isValidToken(token: string, secret: string): boolean {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const wanted = createHmac("sha256", secret).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { exp?: number };
  return exp === undefined || exp * 1000 > Date.now();
}

interface Command {
  readonly id?: number;
  readonly connect?: { readonly token?: string };
  readonly subscribe?: { readonly channel: string };
}

/** Answers one frame of commands. `subscribe` is told the channel; the result is absent when nothing is to be said. */
export function answerCommands(
  frame: string,
  secret: string,
  subscribe: (channel: string) => void,
): string | undefined {
  const replies: string[] = [];
  for (const line of frame.split("\n")) {
    const { id, connect, subscribe: wanted } = JSON.parse(line) as Command;
    if (connect) {
      const valid = isValidToken(connect.token ?? "", secret);
      const client = crypto.randomUUID();
      const result = valid
        ? { connect: { client, version: "bench" } }
        : { error: { code: 101, message: "unauthorized" } };
      replies.push(JSON.stringify({ id, ...result }));
    } else if (wanted) {
      subscribe(wanted.channel);
      replies.push(JSON.stringify({ id, subscribe: {} }));
    }
  }
  return replies.length > 0 ? replies.join("\n") : undefined;
}
