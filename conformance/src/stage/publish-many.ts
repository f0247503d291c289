import type { Subject } from "../subject/subject.ts";

/** `[1, 2, …, last]` */
export const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, i) => i + 1);

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The numbers of a range, in order. */
export const span = ({ from, to }: Range): readonly number[] => upTo(to).slice(from - 1);

/** What the server API takes of a publication, besides its channel. */
export interface Draft {
  readonly data: unknown;
  readonly tags?: Readonly<Record<string, string>>;
  readonly delta?: boolean;
  readonly idempotency_key?: string;
  readonly version?: number;
  readonly version_epoch?: string;
}

/** Publishes through the server API, in order and in one request. */
export async function publishEach(subject: Subject, channel: string, drafts: readonly Draft[]): Promise<void> {
  const commands = drafts.map((draft) => ({ publish: { channel, ...draft } }));
  const { replies } = await subject.api<{ replies: readonly { error?: unknown }[] }>("batch", { commands });
  const refused = replies.find((reply) => reply.error !== undefined);
  if (refused) throw new Error(`a publication was refused: ${JSON.stringify(refused)}`);
}

/** Publishes the numbers of a range, in order, through the server API. */
export const publishMany = (subject: Subject, channel: string, range: Range): Promise<void> =>
  publishEach(
    subject,
    channel,
    span(range).map((data) => ({ data })),
  );
