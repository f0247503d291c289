import { isValidToken } from "./just-enough.ts";
import { serveBare } from "./serve-bare.ts";
import type { Broadcast } from "./socketio-application.ts";

/** Just enough of Engine.IO 4 and Socket.IO 5 for an official client to connect, subscribe and listen. */

const terms = { sid: "bench", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 };

serveBare<Broadcast>({
  greeting: `0${JSON.stringify(terms)}`,
  answer(frame, secret, subscribe) {
    if (frame.startsWith("40")) {
      const { token } = JSON.parse(frame.slice(2)) as { token: string };
      return isValidToken(token, secret) ? '40{"sid":"bench"}' : '44{"message":"unauthorized"}';
    }
    const [, id, event] = /^42(\d+)(.*)$/.exec(frame) ?? [];
    if (event === undefined) return undefined;
    const [, rooms] = JSON.parse(event) as [string, string];
    for (const room of rooms.split(" ")) subscribe(room);
    return `43${id}[]`;
  },
  encode({ data, binary }) {
    const text = JSON.stringify(data);
    if (!binary) return [`42["publication",${text}]`];
    return ['451-["publication",{"_placeholder":true,"num":0}]', Buffer.from(text)];
  },
});
