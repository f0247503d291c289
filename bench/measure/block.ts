import { openCrowd } from "../generator/crowd.ts";
import { createPayload } from "../generator/marker.ts";
import { openPublisher, publishRequest } from "../generator/publisher.ts";
import { liveChannel } from "../servers/target.ts";
import { addSample, addTally, cpuOf, type Measure } from "./findings.ts";

/** How long one publication into a large channel keeps the server's event loop from everything else. */
export const measureBlock: Measure = async ({ target, server, plan }, findings) => {
  const { probe } = server;
  if (!probe) return;
  const dialects = [target.dialect];
  const { largeChannel: size, payloadBytes } = plan;
  const crowd = await openCrowd({ server, dialects, channel: liveChannel, size, concurrency: 64, payloadBytes });
  const publisher = await openPublisher(server);
  const request = publishRequest(server, liveChannel, createPayload(payloadBytes));
  const warmUp = 2;
  const publications = warmUp + plan.largePublications;
  await cpuOf(findings, server, async () => {
    for (let n = 1; n <= publications; n++) {
      await probe.startWatchingLoop();
      await publisher.send(request);
      await crowd.arrived(n * size);
      // Until the watch's own timer has come round once more, the last block is not in its books.
      await Bun.sleep(20);
      const longest = await probe.longestBlock();
      if (n > warmUp) addSample(findings, "block", longest);
    }
  });
  addTally(findings, crowd.tally(publications));
  publisher.close();
  crowd.close();
};
