import assert from "node:assert/strict";
import fc from "fast-check";
import { conformance } from "./stage/conformance.ts";
import { heardIn, subscribed } from "./stage/heard.ts";

conformance("the wire", { profile: "baseline", together: true }, (test) => {
  test("the commands of one frame are answered in their order, also with connect among them", async (stage) => {
    const socket = await stage.raw();
    const name = stage.channel("open");
    const token = await stage.subject.token({ sub: "alice" });
    socket.send(
      { id: 1, connect: { token } },
      { id: 2, subscribe: { channel: name } },
      { id: 3, publish: { channel: name, data: 1 } },
      { id: 4, rpc: { method: "ping" } },
      { id: 5, publish: { channel: name, data: 2 } },
      { id: 6, unsubscribe: { channel: name } },
    );
    await socket.replies.first(({ id }) => id === 6);
    const seen = socket.replies.entries.map(({ id, push }) => id ?? `data ${push?.pub?.data}`);
    assert.deepEqual(
      seen.filter((entry) => typeof entry === "number"),
      [1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(
      seen.filter((entry) => typeof entry === "string"),
      ["data 1", "data 2"],
    );
    assert.ok(seen.indexOf("data 1") > seen.indexOf(2), "the reply to subscribe precedes what is published");
  });

  test("a newline at the end of a frame is tolerated", async ({ raw, subject }) => {
    const socket = await raw();
    socket.send(`${JSON.stringify({ id: 1, connect: { token: await subject.token({ sub: "alice" }) } })}\n`);
    assert.equal((await socket.replies.first()).id, 1);
  });

  test("a payload arrives as it was written, on one line", async ({ rawUser, channel, subject }) => {
    const name = channel("open");
    const socket = await rawUser("alice");
    await socket.ask(2, { subscribe: { channel: name } });
    const response = await fetch(`${subject.url}/api/publish`, { method: "POST", body: "{}" });
    assert.equal(response.status, 401, "without a key");
    const data = { big: 1e21, text: "a\nb\u2028c", nested: [null, { deep: true }] };
    await subject.api("publish", { channel: name, data });
    assert.deepEqual((await socket.replies.first(({ push }) => push?.pub !== undefined)).push?.pub?.data, data);
  });

  const connect = async (token: Promise<string>): Promise<object> => ({ id: 1, connect: { token: await token } });
  const badRequests: readonly (readonly [what: string, before: boolean, frame: string | object])[] = [
    ["a first command that is not connect", false, { id: 1, subscribe: { channel: "open:a" } }],
    ["a pong before connect", false, {}],
    ["an empty frame", false, ""],
    ["an empty frame after connect", true, ""],
    ["a second connect", true, { id: 2, connect: {} }],
    ["a command that nobody knows", true, { id: 2, dance: {} }],
    ["a command without any content", true, { id: 2 }],
    ["a subscribe without a channel", true, { id: 2, subscribe: { channel: "" } }],
    ["a publish without a channel", true, { id: 2, publish: { channel: "", data: 1 } }],
    ["a pong that was not asked for", true, {}],
    ["text that is not JSON", true, "hello"],
    ["JSON that is not an object", true, "[1,2]"],
    ["a command with a wrong type", true, { id: "two", rpc: {} }],
  ];
  for (const [what, connected, frame] of badRequests) {
    test(`${what} is a bad request: 3501`, async ({ raw, subject }) => {
      const socket = await raw();
      if (connected) socket.send(await connect(subject.token({ sub: "alice" })));
      if (connected) await socket.replies.first();
      socket.send(frame);
      assert.deepEqual(await socket.closes.first(), { code: 3501, reason: "bad request" });
    });
  }

  test("a ping of a client is answered with 108: pings come from the server", async ({ rawUser }) => {
    assert.equal((await (await rawUser("alice")).ask(2, { ping: {} })).error?.code, 108);
  });

  test("a command after a refused connect is a bad request", async ({ raw, subject }) => {
    const socket = await raw();
    const { error } = await socket.ask(1, { connect: { token: await subject.token({ sub: "a", exp: 1 }) } });
    assert.equal(error?.code, 109);
    socket.send({ id: 2, rpc: { method: "ping" } });
    assert.equal((await socket.closes.first()).code, 3501);
  });

  test("a message over the limit is closed with 1009", async ({ rawUser }) => {
    const socket = await rawUser("alice");
    socket.send({ id: 2, rpc: { method: "ping", data: "x".repeat(66_000) } });
    assert.equal((await socket.closes.first()).code, 1009);
  });

  test("whatever bytes a client sends, it gets replies or an end, and nobody else notices", async (stage) => {
    const name = stage.channel("open");
    const bystander = await stage.join({ sub: "bystander" });
    const publications = heardIn(await subscribed(bystander, name), "publication");
    const token = await stage.subject.token({ sub: "alice" });
    const sound = JSON.stringify({ id: 2, subscribe: { channel: name, recover: true, offset: 3, epoch: "x" } });
    const mutated = fc
      .tuple(fc.nat(sound.length - 1), fc.string({ maxLength: 4, unit: "binary" }))
      .map(([at, text]) => sound.slice(0, at) + text + sound.slice(at + 1));
    const garbage = fc.oneof(
      fc.record({ opcode: fc.constant(1), payload: mutated }),
      fc.record({ opcode: fc.constant(1), payload: fc.json() }),
      fc.record({ opcode: fc.constantFrom(1, 2), payload: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ opcode: fc.nat(15), payload: fc.uint8Array({ maxLength: 130 }) }),
    );
    let rounds = 0;
    const property = fc.asyncProperty(fc.array(garbage, { minLength: 1, maxLength: 4 }), async (frames) => {
      const socket = await stage.raw();
      socket.send({ id: 1, connect: { token } });
      for (const { opcode, payload } of frames) socket.sendFrame(payload, { opcode });
      socket.send("this ends every connection that has survived");
      await socket.closes.first();
      await stage.subject.api("publish", { channel: name, data: ++rounds });
    });
    await fc.assert(property, { numRuns: 60, endOnFailure: true });
    await publications.until((all) => all.at(-1)?.data === rounds, "the last publication");
    assert.equal(publications.entries.filter(({ info }) => info === undefined).length, rounds);
  });
});
