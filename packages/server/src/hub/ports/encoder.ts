import type { Push } from "../values/push.ts";
import type { Frame } from "./outlet.ts";

/** One wire format of one transport. Two outlets with the same encoder understand the same bytes. */
export interface Encoder {
  /** Short and unique among encoders: it becomes part of topic names. */
  readonly id: string;
  /** Pure: the same push gives the same frame. */
  encode(push: Push): Frame;
}
