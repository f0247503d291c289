import { plain, socketIo, socketIoDoor } from "../generator/dialect.ts";
import { comparison } from "../servers/catalogue.ts";
import { hubConfiguration, launchHub } from "../servers/hub.ts";
import { checkPlain } from "./check-plain.ts";
import { channelForm, checkSocketIo, roomForm } from "./check-socketio.ts";
import type { Contender, Contest } from "./contender.ts";
import type { KindId } from "./kinds.ts";

const all: readonly KindId[] = ["room", "except", "union", "volatile", "binary"];
const inRooms: Pick<Contender, "dialect" | "check"> = {
  dialect: socketIo,
  check: (server, kind) => checkSocketIo(server, kind, roomForm),
};
const inPlain: Pick<Contender, "dialect" | "check" | "kinds"> = { dialect: plain, check: checkPlain, kinds: ["room"] };

/** The same application of Socket.IO on our engine and adapter and on what it comes with. */
export const socketIoContest: Contest = {
  floor: {
    ...comparison({ id: "socketio-bare-bun", label: "server.publish", runtime: "bun" }),
    ...inRooms,
    kinds: ["room", "binary"],
  },
  ours: { ...comparison({ id: "socketio-bun", label: "Altavoz", runtime: "bun" }), ...inRooms, kinds: all },
  rival: { ...comparison({ id: "socketio-node", label: "Socket.IO", runtime: "node" }), ...inRooms, kinds: all },
  others: [
    {
      ...ourHub("Altavoz's door", { socketio: { enabled: true, websocket_only: true } }),
      dialect: socketIoDoor,
      check: (server, kind) => checkSocketIo(server, kind, channelForm),
      kinds: ["room"],
    },
  ],
};

export const plainContest: Contest = {
  floor: { ...comparison({ id: "plain-bare-bun", label: "server.publish", runtime: "bun" }), ...inPlain },
  ours: { ...ourHub("Altavoz", {}), ...inPlain },
  rival: { ...comparison({ id: "plain-ws-node", label: "ws", runtime: "node" }), ...inPlain },
  others: [{ ...ourHub("Altavoz on Node", {}, "node"), ...inPlain }],
};

function ourHub(
  label: string,
  more: object,
  runtime: "bun" | "node" = "bun",
): Omit<Contender, "dialect" | "check" | "kinds"> {
  return {
    id: `altavoz-${runtime}`,
    label,
    hasHistory: true,
    start: () => launchHub({ runtime, configure: (settings) => ({ ...hubConfiguration(settings), ...more }) }),
  };
}
