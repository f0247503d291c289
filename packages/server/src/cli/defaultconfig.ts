import { configFormats, defaultConfigFile } from "../config/reference.ts";
import { type Command, createCommand, UsageError } from "./command.ts";

export const defaultConfigCommand: Command = createCommand({
  name: "defaultconfig",
  about: "print every option with its default",
  args: {
    format: {
      type: "string",
      alias: "f",
      valueHint: "json|yaml|toml",
      default: "json",
      description: "yaml also says what each means",
    },
  },
  run(args, terminal) {
    const format = configFormats.find((known) => known === args.format);
    if (!format) throw new UsageError("defaultconfig", `--format is one of ${configFormats.join(", ")}`);
    terminal.out(defaultConfigFile(format));
    return 0;
  },
});
