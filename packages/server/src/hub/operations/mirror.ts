import type { Hub } from "../hub.ts";
import type { PublishOptions } from "../ports/engine.ts";
import { type Channel, wildcardOf } from "../values/channel.ts";
import type { Publication } from "../values/publication.ts";

/** The tag in which a mirrored publication names its real channel, for clients that show no other field. */
const CHANNEL_TAG = "channel";

/**
 * Publishes what a tenant's channel got into the operators' channel of that resource too, where one watches it. It has a
 * stream of its own: offsets, history and recovery like any channel. What nobody watches costs one look-up.
 */
export async function mirror(hub: Hub, channel: Channel, publication: Publication): Promise<void> {
  if (!hub.watch.isWatched(channel.resource)) return;
  const wildcard = wildcardOf(channel, hub.names);
  if (!wildcard) return;
  const { historySize, historyTtlMs, historyMetaTtlMs } = wildcard.namespace;
  const options: PublishOptions =
    historySize > 0 && historyTtlMs > 0
      ? { stream: { size: historySize, ttlMs: historyTtlMs, metaTtlMs: historyMetaTtlMs } }
      : {};
  const copy = { ...publication, channel: channel.name, tags: { ...publication.tags, [CHANNEL_TAG]: channel.name } };
  try {
    await hub.engine.broker.publish(wildcard.key, copy, options);
  } catch (error) {
    // The tenant's own publication is safe: operators missing one must not look like its failure.
    hub.log.error("a publication did not reach the operators' channel", { channel: wildcard.name, error });
  }
}
