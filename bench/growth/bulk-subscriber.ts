import type { Socket } from "bun";
import { maskedFrame, upgradeRequest } from "../generator/frame.ts";
import { FrameReader, opcodes } from "../generator/frame-reader.ts";
import { createToken } from "../generator/token.ts";
import type { RunningServer } from "../servers/target.ts";

/** One connection that subscribes to very many channels. */
export interface BulkSubscriber {
  /** Subscribes to all of them, so many commands in a frame; stops early when `goesOn` says no. Resolves with how many. */
  subscribe(channels: Iterator<string>, goesOn: () => boolean): Promise<number>;
  close(): void;
}

export const commandsPerFrame = 100;
const answer = Buffer.from('"subscribe":{');

export async function openBulkSubscriber(server: RunningServer, user: string): Promise<BulkSubscriber> {
  const { host, port, hmacSecret } = server;
  let ids = 1;
  let open = 0;
  let upgraded = false;
  let failure: string | undefined;
  let answered: PromiseWithResolvers<void> | undefined;

  const fail = (why: string) => {
    failure ??= why;
    answered?.reject(new Error(failure));
  };
  const heard = (message: Buffer) => {
    if (message.includes('"error"')) fail(message.toString().slice(0, 200));
    if (message.includes('"connect":{')) open--;
    for (let at = message.indexOf(answer); at >= 0; at = message.indexOf(answer, at + answer.length)) open--;
    if (open === 0) answered?.resolve();
  };
  const reader = new FrameReader((opcode, payload) => {
    if (opcode === opcodes.close) fail(`the server closed the connection: ${payload.toString("latin1", 2)}`);
    else heard(payload);
  });
  const ask = async (commands: readonly object[]) => {
    if (failure !== undefined) throw new Error(failure);
    answered = Promise.withResolvers<void>();
    open = commands.length;
    socket.write(maskedFrame(commands.map((command) => JSON.stringify(command)).join("\n")));
    await answered.promise;
  };
  const opened = Promise.withResolvers<void>();
  const socket: Socket = await Bun.connect({
    hostname: host,
    port,
    socket: {
      data(_socket, chunk) {
        if (upgraded) reader.read(chunk);
        else if (chunk.toString("latin1").startsWith("HTTP/1.1 101")) opened.resolve();
        else opened.reject(new Error("no upgrade"));
        upgraded = true;
      },
      close: () => fail("the server closed the connection"),
    },
  });
  socket.write(upgradeRequest(host, "/connection/websocket"));
  await opened.promise;
  await ask([{ id: ids++, connect: { token: createToken(hmacSecret, user) } }]);

  return {
    async subscribe(channels, goesOn) {
      let done = 0;
      while (goesOn()) {
        const commands = [];
        for (let next = channels.next(); !next.done; next = channels.next()) {
          commands.push({ id: ids++, subscribe: { channel: next.value } });
          if (commands.length === commandsPerFrame) break;
        }
        if (commands.length === 0) break;
        await ask(commands);
        done += commands.length;
      }
      return done;
    },
    close: () => void socket.terminate(),
  };
}
