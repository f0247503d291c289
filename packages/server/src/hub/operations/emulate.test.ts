import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../engines/memory/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createGround } from "../hub-ground.fixture.ts";
import { emulate, type Frame } from "../index.ts";

async function createStage() {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const [here, there] = [await createGround({ clock, space, seed: 1 }), await createGround({ clock, space, seed: 2 })];
  const { session } = await there.join({ identity: { user: "42" } });
  const heard: Frame[] = [];
  session.upstream = { message: (data) => heard.push(data), overflow() {}, closed() {} };
  const send = (data: Frame, node = there.hub.nodeId, name = session.sessionId): Promise<boolean> =>
    emulate(here.hub, { node, session: name, data });
  return { here, there, session, heard, send };
}

describe("commands beside the stream of their session", () => {
  it("reach it on another node, in order, text as text and bytes as bytes", async () => {
    const { heard, send } = await createStage();
    for (const data of ["one", Uint8Array.of(2, 255), "three"]) assert.ok(await send(data));
    assert.deepEqual(heard, ["one", Uint8Array.of(2, 255), "three"]);
  });

  it("reach it on the same node", async () => {
    const { there, session, heard } = await createStage();
    assert.ok(await emulate(there.hub, { node: there.hub.nodeId, session: session.sessionId, data: "one" }));
    assert.deepEqual(heard, ["one"]);
  });

  it("for a node that is not there are refused, for a session that has ended they are not", async () => {
    const { session, heard, send, there } = await createStage();
    assert.equal(await send("one", "nobody"), false);
    assert.equal(await send("two", undefined, "no session"), true);
    session.disconnect({ code: 3503, reason: "gone" });
    assert.equal(await send("three"), true);
    assert.equal(there.hub.bySessionId.size, 0);
    assert.deepEqual(heard, []);
  });

  it("reach nobody by a client id, which others know", async () => {
    const { session, heard, send } = await createStage();
    await send("one", undefined, session.id);
    assert.deepEqual(heard, []);
  });
});
