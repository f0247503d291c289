import { z } from "zod";
import {
  type NotificationRequest,
  type NotificationType,
  notificationTypes,
  type Priority,
  priorities,
  type ServiceError,
  type UpdateRequest,
} from "./events.ts";

const MAX_ID_LENGTH = 128;
const MAX_TITLE_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 500;
const MAX_TOKEN_LENGTH = 16_384;

const id = z.string().min(1).max(MAX_ID_LENGTH);
const payload = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

type Payload = Record<string, unknown>;

export const idSchema: z.ZodType<string> = id;

export const notificationSchema: z.ZodType<{
  userId: string;
  type: NotificationType;
  title: string;
  message: string;
  payload: Payload;
  priority: Priority;
}> = z.object({
  userId: id,
  type: z.enum(notificationTypes),
  title: z.string().min(1).max(MAX_TITLE_LENGTH),
  message: z.string().max(MAX_MESSAGE_LENGTH).default(""),
  payload,
  priority: z.enum(priorities).default("normal"),
} satisfies Record<keyof NotificationRequest, z.ZodType>);

/** As clients send it: `targetUserId` names the receiver, or `userId` does. */
export const clientNotificationSchema: typeof notificationSchema = z.preprocess((value) => {
  if (typeof value !== "object" || value === null || !("targetUserId" in value)) return value;
  return { ...value, userId: value.targetUserId };
}, notificationSchema);

export const updateSchema: z.ZodType<{ roomId: string; type: string; payload: Payload }> = z.object({
  roomId: id,
  type: id,
  payload,
} satisfies Record<keyof UpdateRequest, z.ZodType>);

/** Clients name a room by its id, or by an object that holds it. */
export const roomSchema: z.ZodType<string> = z
  .union([id, z.object({ roomId: id })])
  .transform((room) => (typeof room === "string" ? room : room.roomId));

export const authenticateSchema: z.ZodType<{ token: string; userId?: string | undefined }> = z.object({
  token: z.string().min(1).max(MAX_TOKEN_LENGTH),
  userId: id.optional(),
});

/** Event names that Socket.IO keeps for itself: emitting one throws. */
const reserved = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]);

export const isEventName = (event: unknown): event is string =>
  typeof event === "string" && event.length > 0 && !reserved.has(event);

/** What is wrong, field by field. */
export function invalid(error: z.ZodError, event?: string): ServiceError {
  return {
    code: "INVALID",
    message: z.prettifyError(error),
    event,
    details: error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  };
}
