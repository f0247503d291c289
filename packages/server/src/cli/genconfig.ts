import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type Command, createCommand } from "./command.ts";

const randomSecret = (): string => randomBytes(32).toString("base64url");

export const genConfigCommand: Command = createCommand({
  name: "genconfig",
  about: "write a first configuration with random secrets",
  args: {
    config: {
      type: "string",
      alias: "c",
      valueHint: "FILE",
      default: "config.json",
      description: "JSON file to write; never overwritten",
    },
  },
  run({ config: file }, terminal) {
    if (!file.endsWith(".json")) {
      terminal.err(`${file}: genconfig writes JSON; choose a name that ends in .json\n`);
      return 1;
    }
    const content = {
      client: { token: { hmac_secret_key: randomSecret() }, allowed_origins: [] },
      http_api: { key: randomSecret() },
      health: { enabled: true },
    };
    try {
      // Only for the owner: the file holds secrets from its first moment.
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { flag: "wx", mode: 0o600 });
    } catch (error) {
      const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
      const reason = exists ? "exists already; remove it or choose another --config" : String(error);
      terminal.err(`${file}: ${reason}\n`);
      return 1;
    }
    terminal.out(`${file} written. Next: altavoz serve --config ${file}\n`);
    return 0;
  },
});
