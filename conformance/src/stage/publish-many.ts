import type { Subject } from "../subject/subject.ts";

/** `[1, 2, …, last]` */
export const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, i) => i + 1);

/** Publishes the numbers of a range, in order, through the server API. */
export async function publishMany(
  subject: Subject,
  channel: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const commands = upTo(to)
    .slice(from - 1)
    .map((data) => ({ publish: { channel, data } }));
  const { replies } = await subject.api<{ replies: readonly { error?: unknown }[] }>("batch", { commands });
  const refused = replies.find((reply) => reply.error !== undefined);
  if (refused) throw new Error(`a publication was refused: ${JSON.stringify(refused)}`);
}
