import { mintConnectionToken, mintSubscriptionToken } from "../auth/index.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLog } from "../kit/log.ts";
import { type Command, createCommand, UsageError } from "./command.ts";
import { judgeToken } from "./judge-token.ts";
import { configFlag, loadSettings } from "./load-settings.ts";
import { tokenSettings } from "./token-settings.ts";

export const genTokenCommand: Command = createCommand({
  name: "gentoken",
  about: "make a connection token, or a subscription token with --channel",
  args: {
    config: configFlag,
    user: { type: "string", alias: "u", valueHint: "ID", description: "user id; anonymous when absent" },
    tenant: { type: "string", valueHint: "ID", description: "tenant of the token; default when absent" },
    role: { type: "string", valueHint: "NAME", description: "role of the user" },
    channel: { type: "string", alias: "s", valueHint: "NAME", description: "channel that the token opens" },
    ttl: { type: "string", alias: "t", valueHint: "SECONDS", default: "604800", description: "how long it is valid" },
    quiet: { type: "boolean", alias: "q", description: "print the token only" },
  },
  async run({ config: file, user = "", tenant, role, channel, ttl, quiet }, terminal) {
    if (!/^[1-9]\d{0,9}$/.test(ttl)) throw new UsageError("gentoken", "--ttl is a number of seconds, at least 1");
    const { config } = loadSettings(file);
    const kind = channel === undefined ? "connection" : "subscription";
    const { path, settings } = tokenSettings(config, tenant ?? "default", kind);
    const { hmac_secret_key: key, audience, issuer, user_id_claim: claim } = settings;
    if (!key || settings.jwks_public_endpoint) {
      terminal.err(
        `${path} verifies tokens without an HMAC secret, so their private key is elsewhere. Set hmac_secret_key, or sign with that key.\n`,
      );
      return 1;
    }
    if (claim && claim !== "sub") {
      terminal.err(`${path}.user_id_claim is ${claim}, and gentoken can only write sub.\n`);
      return 1;
    }
    const issuedAt = Math.floor(systemClock.now() / 1000);
    const content = {
      user,
      ...(tenant === undefined ? {} : { tenant }),
      ...(audience ? { audience } : {}),
      ...(issuer ? { issuer } : {}),
      issuedAt,
      expiresAt: issuedAt + Number(ttl),
    };
    const signing = { algorithm: "HS256", key };
    const token =
      channel === undefined
        ? await mintConnectionToken(role === undefined ? content : { ...content, roles: [role] }, signing)
        : await mintSubscriptionToken({ ...content, channel }, signing);
    const refusal = await judgeToken(config, token, silentLog).then(() => undefined, String);
    if (refusal !== undefined) {
      terminal.err(`The server would refuse this token (${refusal}).\n`);
      return 1;
    }
    const until = new Date(content.expiresAt * 1000).toISOString();
    if (!quiet)
      terminal.err(`${kind} token for ${user ? `user ${user}` : "an anonymous user"}, valid until ${until}:\n`);
    terminal.out(`${token}\n`);
    return 0;
  },
});
