import type { Centrifuge, PublicationContext, SubscribedContext } from "centrifuge";
import { type ShallowRef, shallowRef } from "vue";
import { createHostWindow, type HostSample, readHostMetrics } from "./host-window.ts";
import { createLatencyWindow, type LatencySummary } from "./latency-window.ts";
import { createOffsetLedger, type LedgerReport, type OffsetRange } from "./offset-ledger.ts";
import type { TimedSession } from "./session.ts";

const STRIP_CAPACITY = 400;
const LATENCY_SAMPLES = 240;
const FIRST_SCREEN = 240;
const CLOCK_TOLERANCE_MS = 5000;

/** What a reconnection brought, judged by the page from the offsets alone. */
export interface RecoveryProof {
  readonly recovered: OffsetRange | undefined;
  readonly count: number;
  /** The last offset that arrived before the connection was lost. */
  readonly before: number;
  /** The hub's own answer. */
  readonly hubSaysComplete: boolean;
  /** Every offset after `before` came exactly once and in order. */
  readonly pageSeesComplete: boolean;
}

export interface HostFeed {
  /** The last minute, oldest first. */
  readonly samples: ShallowRef<readonly HostSample[]>;
  readonly delivery: ShallowRef<LatencySummary | undefined>;
  readonly report: ShallowRef<LedgerReport>;
  readonly proof: ShallowRef<RecoveryProof | undefined>;
  /** `performance.now()` of the last arrival or confirmed subscription. */
  readonly lastSign: ShallowRef<number>;
  attach(client: Centrifuge, session: TimedSession): void;
}

export function createHostFeed(): HostFeed {
  const window = createHostWindow();
  const ledger = createOffsetLedger(STRIP_CAPACITY);
  const latencies = createLatencyWindow(LATENCY_SAMPLES);
  const samples = shallowRef<readonly HostSample[]>([]);
  const delivery = shallowRef<LatencySummary>();
  const report = shallowRef(ledger.report());
  const proof = shallowRef<RecoveryProof>();
  const lastSign = shallowRef(0);
  let recovering: number[] | undefined;

  function show(data: unknown, recovered: boolean, clockOffset: number): void {
    const reading = readHostMetrics(data);
    const arrived = Date.now() + clockOffset;
    // A time that is still to come would keep every honest sample out of the window.
    if (!reading || reading.sentAt > arrived + CLOCK_TOLERANCE_MS) return;
    if (!recovered) latencies.add(Math.max(0, arrived - reading.sentAt));
    window.add({ ...reading.metrics, at: reading.sentAt / 1000, recovered });
    samples.value = window.samples;
    delivery.value = latencies.summary();
  }

  function receive(publication: PublicationContext, clockOffset: number): void {
    lastSign.value = performance.now();
    const recovered = recovering !== undefined;
    if (publication.offset !== undefined) {
      ledger.receive(publication.offset, recovered);
      recovering?.push(publication.offset);
    }
    show(publication.data, recovered, clockOffset);
    if (!recovered) report.value = ledger.report();
  }

  function resume(context: SubscribedContext): void {
    lastSign.value = performance.now();
    const before = report.value.seen?.last;
    if (!context.wasRecovering || before === undefined) {
      ledger.restart(context.streamPosition?.offset ?? 0);
      report.value = ledger.report();
      return;
    }
    if (!context.recovered) ledger.restart(context.streamPosition?.offset ?? 0);
    const offsets: number[] = [];
    recovering = offsets;
    // The client hands over recovered publications right after this event, before any other task gets its turn.
    queueMicrotask(() => {
      recovering = undefined;
      report.value = ledger.report();
      proof.value = judge(offsets, before, context.recovered);
    });
  }

  function attach(client: Centrifuge, session: TimedSession): void {
    const subscription = client.newSubscription(session.channels.host, { recoverable: true, positioned: true });
    subscription.on("subscribed", resume);
    subscription.on("publication", (publication) => receive(publication, session.clockOffset));
    subscription.subscribe();
    // A full chart from the first second, where the hub lets subscribers read history.
    subscription
      .ready()
      .then(() => subscription.history({ limit: FIRST_SCREEN, reverse: true }))
      .then(({ publications }) => {
        const newer = [...window.samples];
        window.clear();
        for (const { data } of publications.reverse()) {
          const reading = readHostMetrics(data);
          if (reading) window.add({ ...reading.metrics, at: reading.sentAt / 1000, recovered: false });
        }
        for (const sample of newer) window.add(sample);
        samples.value = window.samples;
      })
      .catch(() => {});
  }

  return { samples, delivery, report, proof, lastSign, attach };
}

/** Whether `offsets` continue after `before` without a hole, a repetition or a step back. */
export function judge(offsets: readonly number[], before: number, hubSaysComplete: boolean): RecoveryProof {
  const first = offsets[0];
  const last = offsets.at(-1);
  return {
    recovered: first === undefined || last === undefined ? undefined : { first, last },
    count: offsets.length,
    before,
    hubSaysComplete,
    pageSeesComplete: hubSaysComplete && offsets.every((offset, i) => offset === before + 1 + i),
  };
}
