import type { Encoder, Frame } from "../../hub/index.ts";
import type { Command, ReplyError, Result } from "./messages.ts";

/** One format of the protocol. Members: JSON now, Protobuf beside it. */
export interface Codec {
  /** The pushes of this format. */
  readonly encoder: Encoder;
  /** All commands of one incoming frame. Throws `ProtocolError` for anything else, never another error. */
  decode(frame: Frame): Command[];
  encodeResult(id: number, result: Result): Frame;
  encodeError(id: number, error: ReplyError): Frame;
  /** Several encoded replies as one frame. */
  batch(replies: readonly Frame[]): Frame;
}
