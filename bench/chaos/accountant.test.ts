import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Account, account } from "./accountant.ts";
import type { Heard, HeardAway, HeardSubscribed, Published } from "./ledger.ts";

const CHANNEL = "stream:a";

/** Publication n is sent at 10n and acknowledged at 10n + 5. */
const acknowledged = (n: number, more: Partial<Published> = {}): Published => ({
  id: `p${n}`,
  channel: CHANNEL,
  sentAt: n * 10,
  endedAt: n * 10 + 5,
  outcome: "acknowledged",
  position: { epoch: "e", offset: n },
  attempts: 1,
  ...more,
});

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, i) => i + 1);
const came = (n: number, offset = n, at = n * 10 + 4): Heard => ({
  what: "publication",
  at,
  id: `p${n}`,
  offset,
  recovered: false,
});
const recovered = (n: number, at: number): Heard => ({ ...came(n, n, at), recovered: true }) as Heard;
const away = (at: number, more: Partial<HeardAway> = {}): Heard => ({
  what: "away",
  at,
  code: 1,
  ended: false,
  ...more,
});
const subscribed = (at: number, offset: number, more: Partial<HeardSubscribed> = {}): Heard => ({
  what: "subscribed",
  at,
  recovering: false,
  recovered: false,
  position: { epoch: "e", offset },
  ...more,
});
const returned = (at: number, offset: number): Heard => subscribed(at, offset, { recovering: true, recovered: true });
const told = (at: number, offset: number, epoch = "e"): Heard =>
  subscribed(at, offset, { recovering: true, position: { epoch, offset } });

function judge(published: readonly Published[], heard: readonly Heard[], kept?: readonly string[]): Account {
  const subscribers = [{ name: "ana", channel: CHANNEL, heard }];
  return account({ published, subscribers, kept: new Map(kept ? [[CHANNEL, new Set(kept)]] : []) });
}

/** The faults alone, those that are not 0. */
function faultsOf(judged: Account): Partial<Account> {
  const { untold, duplicated, reordered, denied, ended, lost } = judged;
  return Object.fromEntries(
    Object.entries({ untold, duplicated, reordered, denied, ended, lost }).filter(([, count]) => count > 0),
  );
}

describe("the accountant", () => {
  const ten = upTo(10).map((n) => acknowledged(n));

  it("finds nothing where everything came", () => {
    const judged = judge(
      ten,
      [subscribed(0, 0), ...upTo(10).map((n) => came(n))],
      upTo(10).map((n) => `p${n}`),
    );
    assert.deepEqual(faultsOf(judged), {});
    assert.deepEqual([judged.published, judged.acknowledged, judged.delivered], [10, 10, 10]);
    assert.equal(judged.unavailableMs, 10);
  });

  it("finds what never came although nothing was said, in the middle and at the end", () => {
    for (const missing of upTo(10)) {
      const heard = upTo(10).flatMap((n) => (n === missing ? [] : [came(n)]));
      assert.deepEqual(faultsOf(judge(ten, [subscribed(0, 0), ...heard])), { untold: 1 }, `p${missing}`);
    }
  });

  it("finds what a return that promised everything did not bring", () => {
    const heard = [subscribed(0, 0), came(1), came(2), away(25), returned(55, 5), came(5), came(6)];
    assert.deepEqual(faultsOf(judge(ten.slice(0, 6), heard)), { untold: 2 });
  });

  it("counts what a return brought as recovered", () => {
    const back = [returned(55, 5), ...[3, 4, 5].map((n) => recovered(n, 55)), came(6)];
    const judged = judge(ten.slice(0, 6), [subscribed(0, 0), came(1), came(2), away(25), ...back]);
    assert.deepEqual(faultsOf(judged), {});
    assert.deepEqual([judged.returns, judged.recovered, judged.told, judged.missed], [1, 3, 0, 0]);
  });

  it("accepts a loss of which the subscriber was told", () => {
    const judged = judge(ten, [subscribed(0, 0), came(1), came(2), away(25), told(95, 8), came(9), came(10)]);
    assert.deepEqual(faultsOf(judged), {});
    assert.deepEqual([judged.told, judged.missed], [1, 6]);
  });

  it("does not let being told later excuse a hole before", () => {
    const heard = [subscribed(0, 0), came(1), came(3), away(35), told(95, 8), came(9), came(10)];
    assert.deepEqual(faultsOf(judge(ten, heard)), { untold: 1 });
  });

  it("does not let a second break excuse what belongs before the first", () => {
    const heard = [subscribed(0, 0), came(1), came(3), away(35), told(45, 3), away(46), told(95, 9), came(10)];
    assert.deepEqual(faultsOf(judge(ten, heard)), { untold: 1 });
  });

  it("does not let a break excuse what was published after it", () => {
    const heard = [subscribed(0, 0), came(1), away(15), told(25, 2), came(4), came(5)];
    assert.deepEqual(faultsOf(judge(ten.slice(0, 5), heard)), { untold: 1 });
  });

  it("finds a publication of a new epoch that never came to those who were not told of the epoch", () => {
    const next = upTo(3).map((n) => acknowledged(20 + n, { position: { epoch: "f", offset: n } }));
    const heard = [subscribed(0, 0), ...upTo(10).map((n) => came(n))];
    assert.deepEqual(faultsOf(judge([...ten, ...next], heard)), { untold: 3 });
    const informed = [...heard, away(150), told(190, 0, "f"), ...upTo(3).map((n) => came(20 + n, n))];
    assert.deepEqual(faultsOf(judge([...ten, ...next], informed)), {});
  });

  it("finds a lost tail whose offsets were given out again under a subscriber who was not told", () => {
    const again = upTo(3).map((n) => acknowledged(20 + n, { position: { epoch: "e", offset: 8 + n } }));
    const heard = [subscribed(0, 0), ...upTo(8).map((n) => came(n)), ...upTo(3).map((n) => came(20 + n, 8 + n))];
    assert.deepEqual(faultsOf(judge([...ten, ...again], heard)), { untold: 2 });
  });

  it("accepts the same tail once the subscriber was told, with a lower offset of the same epoch", () => {
    const again = upTo(3).map((n) => acknowledged(20 + n, { position: { epoch: "e", offset: 8 + n } }));
    const heard = [
      ...upTo(10).map((n) => came(n)),
      away(150),
      told(190, 8),
      ...upTo(3).map((n) => came(20 + n, 8 + n)),
    ];
    assert.deepEqual(faultsOf(judge([...ten, ...again], [subscribed(0, 0), ...heard])), {});
  });

  it("finds an offset that was left out although nobody knows what was published there", () => {
    const unknown = acknowledged(4, { outcome: "unknown" });
    const published = [...ten.filter(({ id }) => id !== "p4"), unknown];
    const heard = upTo(10).flatMap((n) => (n === 4 ? [] : [came(n)]));
    assert.deepEqual(faultsOf(judge(published, [subscribed(0, 0), ...heard])), { untold: 1 });
  });

  it("finds what came twice, also after a return and after a break", () => {
    const first = [subscribed(0, 0), ...upTo(5).map((n) => came(n))];
    const six = ten.slice(0, 6);
    assert.deepEqual(faultsOf(judge(six, [...first, came(5), came(6)])), { duplicated: 1 });
    assert.deepEqual(faultsOf(judge(six, [...first, away(56), returned(57, 5), came(5), came(6)])), { duplicated: 1 });
    assert.deepEqual(faultsOf(judge(six, [...first, away(56), told(57, 5), came(5), came(6)])), { duplicated: 1 });
  });

  it("finds one publication that was kept twice under two offsets", () => {
    const heard = [subscribed(0, 0), came(1), came(2), came(2, 3)];
    assert.deepEqual(faultsOf(judge(ten.slice(0, 2), heard)), { duplicated: 1 });
  });

  it("accepts that a publisher's second attempt comes again after a loss, and not without one", () => {
    const retried = acknowledged(3, { attempts: 2, endedAt: 95, position: { epoch: "f", offset: 1 } });
    const published = [acknowledged(1), acknowledged(2), retried];
    const first = [subscribed(0, 0), came(1), came(2), came(3)];
    assert.deepEqual(faultsOf(judge(published, [...first, away(50), told(80, 0, "f"), came(3, 1, 94)])), {});
    assert.deepEqual(faultsOf(judge(published, [...first, came(3, 4, 94)])), { duplicated: 1 });
  });

  it("finds what came out of order, by its offset or by when it was acknowledged", () => {
    const byOffset = [subscribed(0, 0), came(1), came(3), came(2), came(4)];
    assert.equal(judge(ten.slice(0, 4), byOffset).reordered, 1);
    const swapped = [
      acknowledged(1, { position: { epoch: "e", offset: 2 } }),
      acknowledged(2, { position: { epoch: "e", offset: 1 } }),
    ];
    assert.equal(judge(swapped, [subscribed(0, 0), came(2, 1), came(1, 2)]).reordered, 1);
  });

  it("finds a publication that failed, and yet was delivered or kept", () => {
    const failed: Published = { id: "p3", channel: CHANNEL, sentAt: 30, endedAt: 35, outcome: "failed", attempts: 1 };
    const published = [acknowledged(1), acknowledged(2), failed];
    const heard = [subscribed(0, 0), came(1), came(2)];
    assert.deepEqual(faultsOf(judge(published, [...heard, came(3)])), { denied: 1 });
    assert.deepEqual(faultsOf(judge(published, heard, ["p1", "p2", "p3"])), { denied: 1 });
    assert.deepEqual(faultsOf(judge(published, heard, ["p1", "p2"])), {});
  });

  it("finds what history has forgotten", () => {
    const heard = [subscribed(0, 0), ...upTo(10).map((n) => came(n))];
    assert.deepEqual(faultsOf(judge(ten, heard, ["p1", "p2"])), { lost: 8 });
  });

  it("finds subscribers that were sent away for good", () => {
    assert.deepEqual(faultsOf(judge([], [subscribed(0, 0), away(5, { code: 2000, ended: true })])), { ended: 1 });
  });

  it("knows the longest time without an acknowledgement in one channel, whatever others did", () => {
    const other = upTo(100).map((n) => acknowledged(n, { id: `q${n}`, channel: "stream:b" }));
    assert.equal(judge([acknowledged(1), acknowledged(2), acknowledged(60), ...other], []).unavailableMs, 580);
  });

  it("finds nothing in any honest course, and every single omission that nobody told of", () => {
    fc.assert(
      fc.property(honestCourse, fc.nat(), ({ heard, published }, choice) => {
        assert.deepEqual(faultsOf(judge(published, heard)), {});
        const publications = heard.filter(({ what }) => what === "publication");
        const omitted = publications[choice % Math.max(1, publications.length)];
        if (!omitted || heard.slice(heard.indexOf(omitted)).some(isTold)) return;
        assert.deepEqual(
          faultsOf(
            judge(
              published,
              heard.filter((each) => each !== omitted),
            ),
          ),
          { untold: 1 },
        );
      }),
    );
  });
});

const isTold = (entry: Heard): boolean => entry.what === "subscribed" && !entry.recovered;

type Step = "publish" | "cut" | "return" | "forget";

/** A subscriber who hears all while it is there, gets what it missed when it returns, and is told when that is gone. */
const honestCourse = fc
  .array(fc.constantFrom<Step>("publish", "publish", "publish", "cut", "return", "forget"), { maxLength: 60 })
  .map((steps) => {
    const published: Published[] = [];
    const heard: Heard[] = [subscribed(0, 0)];
    let [here, position, missed, life] = [true, 0, [] as number[], 0];
    let gone = false;
    const positionNow = (): { epoch: string; offset: number } => ({ epoch: `e${life}`, offset: position });
    const come = (): void => {
      if (here) return;
      here = true;
      const at = published.length * 10 + 8;
      heard.push(subscribed(at, position, { recovering: true, recovered: !gone, position: positionNow() }));
      if (!gone) heard.push(...missed.map((n) => came(n, published[n - 1]?.position?.offset, at)));
      [missed, gone] = [[], false];
    };
    heard[0] = subscribed(0, 0, { position: positionNow() });
    for (const step of steps) {
      if (step === "publish") {
        position++;
        const n = published.length + 1;
        published.push(acknowledged(n, { position: positionNow() }));
        if (here) heard.push(came(n, position));
        else missed.push(n);
      } else if (step === "return") come();
      else {
        if (here) heard.push(away(published.length * 10 + 6));
        here = false;
        if (step === "forget") [position, gone, life] = [0, true, life + 1];
      }
    }
    come();
    return { heard, published };
  });
