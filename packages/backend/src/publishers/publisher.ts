import type { Definitions } from "@altavoz/events";
import { BasePublisher, type ReadyMade } from "./base-publisher.ts";

/** Publishes any event of its catalogue: `new Publisher({ catalogue }).publish(channel, event)`. */
export class Publisher<D extends Definitions = ReadyMade> extends BasePublisher<D> {}
