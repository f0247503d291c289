import { systemClock } from "../kit/clock.ts";
import { createPrettyLog } from "../kit/console-log.ts";
import { type Command, createCommand } from "./command.ts";
import { judgeToken } from "./judge-token.ts";
import { configFlag, loadSettings } from "./load-settings.ts";

export const checkTokenCommand: Command = createCommand({
  name: "checktoken",
  about: "say whether the server would accept a token, and for what",
  args: {
    token: { type: "positional", required: true, description: "connection or subscription token" },
    config: configFlag,
  },
  async run({ token, config: file }, terminal) {
    const { config } = loadSettings(file);
    const log = createPrettyLog({ level: "warn", write: terminal.err, clock: systemClock });
    try {
      const { kind, tenant, user, roles, channel, expireAt } = await judgeToken(config, token, log);
      const lines = [
        `valid ${kind} token`,
        `user:    ${user || "anonymous"}`,
        `tenant:  ${tenant}`,
        ...(roles.length > 0 ? [`roles:   ${roles.join(", ")}`] : []),
        ...(channel === undefined ? [] : [`channel: ${channel}`]),
        `ends:    ${expireAt === 0 ? "never" : new Date(expireAt * 1000).toISOString()}`,
      ];
      terminal.out(`${lines.join("\n")}\n`);
      return 0;
    } catch (error) {
      terminal.err(`refused: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    }
  },
});
