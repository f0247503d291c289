import { answerRequest, encodeEvent, welcome } from "./just-enough-plain.ts";
import { serveBare } from "./serve-bare.ts";

serveBare({ greeting: welcome, answer: answerRequest, encode: (publish) => [encodeEvent(publish)] });
