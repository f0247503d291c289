import { answerCommands, encodePush } from "./just-enough.ts";
import { serveBare } from "./serve-bare.ts";

serveBare({ answer: answerCommands, encode: (publish) => [encodePush(publish)] });
