import type { z } from "zod";
import { type Client, Refusal } from "./client.ts";
import type { ClientToServerEvents } from "./events.ts";
import { authenticateSchema, clientNotificationSchema, invalid, roomSchema, updateSchema } from "./schemas.ts";
import { mayByDefault, type ServiceAction } from "./service-options.ts";

/** One event that clients may send. */
export interface ClientEvent {
  readonly name: keyof ClientToServerEvents;
  /** Resolves with what the acknowledgement holds besides `ok`. Throws `Refusal`. */
  answer(client: Client, data: unknown): Promise<object>;
  /** The event that brings the answer too: to everybody, or only to who asked for no acknowledgement. */
  readonly answeredBy?: { readonly event: string; readonly unlessAcked: boolean };
}

function read<Value>(schema: z.ZodType<Value>, data: unknown): Value {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new Refusal(invalid(parsed.error));
  return parsed.data;
}

async function demand(client: Client, action: ServiceAction, resource: string): Promise<void> {
  const may = client.ground.authorize ?? mayByDefault;
  if (!(await may(client.user(), action, resource))) throw new Refusal({ code: "FORBIDDEN", message: "Unauthorized" });
}

export const clientEvents: readonly ClientEvent[] = [
  {
    name: "authenticate",
    async answer(client, data) {
      const { token, userId } = read(authenticateSchema, data);
      return { userId: (await client.authenticate(token, userId)).userId };
    },
  },
  {
    name: "join-room",
    answeredBy: { event: "room-users", unlessAcked: true },
    async answer(client, data) {
      const roomId = read(roomSchema, data);
      await demand(client, "join-room", roomId);
      if (!(await client.ground.enterRoom(client.socket, roomId))) {
        throw new Refusal({ code: "NOT_REGISTERED", message: "this connection has ended" });
      }
      return { roomId, users: client.ground.usersOfRoom(roomId) };
    },
  },
  {
    name: "leave-room",
    async answer(client, data) {
      client.user();
      const roomId = read(roomSchema, data);
      client.ground.leaveRoom(client.socket, roomId);
      return { roomId };
    },
  },
  {
    name: "publish-notification",
    async answer(client, data) {
      client.user();
      const notification = read(clientNotificationSchema, data);
      await demand(client, "publish-notification", notification.userId);
      return client.ground.publishNotificationAsync(notification);
    },
  },
  {
    name: "publish-update",
    async answer(client, data) {
      const { userId } = client.user();
      const update = read(updateSchema, data);
      const isMember = client.ground.usersOfRoom(update.roomId).includes(userId);
      if (!client.ground.authorize && !isMember) throw new Refusal({ code: "FORBIDDEN", message: "Not in this room" });
      await demand(client, "publish-update", update.roomId);
      return { delivered: client.ground.publishUpdate(update) };
    },
  },
  {
    name: "ping",
    answeredBy: { event: "pong", unlessAcked: false },
    answer: async ({ now }) => ({ timestamp: now() }),
  },
];
