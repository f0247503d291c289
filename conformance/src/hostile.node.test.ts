import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { conformance } from "./stage/conformance.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";
import { upTo } from "./stage/publish-many.ts";
import { RawSocket } from "./stage/raw-socket.ts";
import type { Stage } from "./stage/stage.ts";

/** A beat every so often. On a busy machine one may be late; when many are, or one very, the others are disturbed. */
const BEAT_MS = 20;
const USUALLY_WITHIN_MS = 500;
const ALWAYS_WITHIN_MS = 5_000;

conformance("hostile clients", { profile: "crowded" }, (test) => {
  test("a reader that does not read is ended with 3008 or 3009, and delays nobody", async (stage) => {
    const name = stage.channel("open");
    const slow = await stage.rawUser("sloth");
    await slow.ask(2, { subscribe: { channel: name } });
    slow.socket.pause();
    const witness = await watch(stage);
    const pages = { sent: 0 };
    const data = "x".repeat(50_000);
    while (pages.sent < 400 && (await count(stage, name)) > 0) {
      await stage.subject.api("publish", { channel: name, data });
      pages.sent++;
    }
    assert.equal(await count(stage, name), 0, `it is still there after ${pages.sent} publications`);
    await witness.assertUntouched();
    const metrics = await (await fetch(`${stage.subject.url}/metrics`)).text();
    assert.match(metrics, /^centrifugo_client_num_server_disconnects\{[^}]*code="300[89]"[^}]*\} 1$/m);
  });

  test("100 MB of garbage frames disturb nobody", async (stage) => {
    const witness = await watch(stage);
    let vandals = 0;
    const frame = "{[garbage".repeat(6_000);
    let bytes = 0;
    while (bytes < 100_000_000) {
      const socket = await stage.rawUser(`vandal-${++vandals}`);
      // The first frame ends the connection; what follows is thrown against a closing door.
      while (bytes < 100_000_000 && !socket.socket.destroyed && socket.closes.entries.length === 0) {
        bytes += frame.length;
        socket.sendFrame(frame);
        await socket.drained();
        await nextTurn();
      }
      await socket.destroy();
    }
    console.log(`${vandals} connections for ${bytes} bytes of garbage`);
    await witness.assertUntouched();
  });

  test("100 MB of commands with garbage in them are answered one by one and disturb nobody", async (stage) => {
    const witness = await watch(stage);
    const socket = await stage.rawUser("vandal");
    const channel = "x".repeat(60_000);
    const commands = 1_700;
    for (let id = 2; id < commands; id++) {
      socket.send({ id, subscribe: { channel } });
      await socket.drained();
      await nextTurn();
    }
    const { error } = await socket.ask(commands, { subscribe: { channel } });
    assert.equal(error?.code, 107);
    await witness.assertUntouched();
  });

  test("a bomb of fragments ends its own connection only", async (stage) => {
    const witness = await watch(stage);
    const socket = await stage.rawUser("bomber");
    socket.sendFrame("x", { final: false });
    for (let i = 0; i < 300_000 && !socket.socket.destroyed && socket.closes.entries.length === 0; i++) {
      socket.sendFrame("x".repeat(i % 2), { opcode: 0, final: false });
      await socket.drained();
      if (i % 500 === 0) await nextTurn();
    }
    await socket.closes.first();
    await witness.assertUntouched();
  });

  test("a frame that announces more than it may be is closed at once, before it arrives", async (stage) => {
    const witness = await watch(stage);
    const socket = await stage.rawUser("giant");
    const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    socket.write(head);
    assert.ok([1006, 1009].includes((await socket.closes.first()).code));
    await witness.assertUntouched();
  });

  test("a flood of subscribes meets the limit of channels and disturbs nobody", async (stage) => {
    const witness = await watch(stage);
    const socket = await stage.rawUser("collector");
    const flood = 20_000;
    for (let first = 2; first < flood; first += 500) {
      const commands = Array.from({ length: 500 }, (_, i) => ({
        id: first + i,
        subscribe: { channel: `open:${first + i}` },
      }));
      socket.send(...commands);
    }
    await Promise.race([socket.replies.until((all) => all.length >= flood - 2, "all replies"), socket.closes.first()]);
    const granted = socket.replies.entries.filter(({ subscribe }) => subscribe !== undefined).length;
    assert.ok(granted <= 128, `${granted} subscriptions`);
    await witness.assertUntouched();
  });

  test("a flood of connections meets the limit of the node; who is in stays in and is served", async (stage) => {
    const witness = await watch(stage);
    const flood = Array.from({ length: 300 }, () => new RawSocket(stage.subject.websocketUrl));
    const statuses = await Promise.all(flood.map((socket) => socket.opened()));
    const welcome = statuses.filter((status) => status === 101).length;
    assert.ok(welcome <= 40, `${welcome} were let in`);
    assert.ok(
      statuses.every((status) => [101, 503].includes(status)),
      `statuses ${[...new Set(statuses)]}`,
    );
    await witness.assertUntouched();
    await Promise.all(flood.map((socket) => socket.destroy()));
    await stage.join({ sub: "late" });
  });
});

const count = async (stage: Stage, channel: string): Promise<number> =>
  (await stage.subject.api<{ channels: Record<string, { num_clients: number }> }>("channels", { pattern: channel }))
    .channels[channel]?.num_clients ?? 0;

/** A quiet client with a heartbeat through the server, which the others must not disturb. */
async function watch(stage: Stage): Promise<{ assertUntouched(): Promise<void> }> {
  const channel = stage.channel("open");
  const [speaker, listener] = [await stage.join({ sub: "speaker" }), await stage.join({ sub: "listener" })];
  const lost = [heard(speaker, "connecting"), heard(listener, "connecting")];
  const beats = heardIn(await subscribed(listener, channel), "publication");
  const gaps: number[] = [];
  let beating = true;
  const heart = (async () => {
    while (beating) {
      const started = performance.now();
      await speaker.publish(channel, gaps.length + 1);
      gaps.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    }
  })();
  return {
    async assertUntouched() {
      beating = false;
      await heart;
      await beats.count(gaps.length);
      assert.deepEqual(
        beats.entries.map(({ data }) => data),
        upTo(gaps.length),
      );
      const sorted = gaps.map(Math.round).sort((a, b) => a - b);
      const [usual = 0, worst = 0] = [sorted[Math.floor(sorted.length * 0.95)], sorted.at(-1)];
      console.log(`${sorted.length} beats of a bystander: p95 ${usual} ms, worst ${worst} ms`);
      assert.ok(usual < USUALLY_WITHIN_MS && worst < ALWAYS_WITHIN_MS, "a bystander was delayed");
      assert.deepEqual(
        lost.flatMap(({ entries }) => entries),
        [],
      );
    },
  };
}
