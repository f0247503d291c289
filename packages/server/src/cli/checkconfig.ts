import { type Command, createCommand } from "./command.ts";
import { configFile, configFlag, loadSettings } from "./load-settings.ts";

export const checkConfigCommand: Command = createCommand({
  name: "checkconfig",
  about: "say whether a configuration is valid",
  args: {
    config: configFlag,
    strict: { type: "boolean", alias: "s", description: "warnings are failures too" },
  },
  run({ config, strict }, terminal) {
    const { warnings } = loadSettings(config);
    for (const warning of warnings) terminal.err(`warning: ${warning}\n`);
    if (strict && warnings.length > 0) return 1;
    terminal.out(`${configFile(config) ?? "the environment"} is valid\n`);
    return 0;
  },
});
