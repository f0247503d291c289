import { type Command, createCommand } from "./command.ts";

/** Written here too because a single binary has no package.json beside it; a test keeps them equal. */
export const version = "0.1.0";

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
