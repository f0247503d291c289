import type { EventIssue } from "@altavoz/events";
import type { PublicationContext } from "centrifuge";
import { attempt, report } from "./store.ts";
import type { ClientCatalogue } from "./typed-channels.ts";

/** Something that was published though it is no event of its channel. */
export interface InvalidEvent {
  readonly channel: string;
  readonly data: unknown;
  readonly issues: readonly EventIssue[];
}

export interface EventReaderOptions {
  readonly catalogue?: ClientCatalogue;
  readonly onInvalid?: (invalid: InvalidEvent) => void;
}

/** Makes events of publications; `undefined` for what is none. Without a catalogue everything is one as it stands. */
export function createEventReader({ catalogue, onInvalid = complain }: EventReaderOptions) {
  return ({ channel, data, offset }: PublicationContext): unknown => {
    // The same publication, read again from the history, is the same event.
    const context = { channel, ...(offset === undefined ? {} : { id: `${channel}@${offset}` }) };
    const result = catalogue?.tryParse?.(data, context);
    if (!result) return data;
    if (result.ok) return result.event;
    const { issues } = result;
    attempt(() => onInvalid({ channel, data, issues }));
    return undefined;
  };
}

function complain({ channel, issues: [first] }: InvalidEvent): void {
  report(new Error(`no event of ${channel}: ${first?.path ?? ""} ${first?.message ?? ""}`));
}
