import { version } from "../version.ts";
import { type Command, createCommand } from "./command.ts";

export const versionCommand: Command = createCommand({
  name: "version",
  about: "print the version",
  args: {},
  run(_args, terminal) {
    const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`;
    terminal.out(`altavoz ${version} (${runtime}, ${process.platform} ${process.arch})\n`);
    return 0;
  },
});
