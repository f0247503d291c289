import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { ROOT } from "./setup/command.mjs";

/** Starts as `npm start` does, on the port above one that is taken; resolves with what was printed until it is live. */
function start(port) {
  const child = spawn(process.execPath, ["scripts/start.mjs", "--port", String(port)], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, printed })));
  const live = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        printed += text;
        if (printed.includes("Stop: Ctrl+C")) resolve(printed);
      });
    }
    ended.then(({ code }) => reject(new Error(`ended with ${code} before it was live:\n${printed}`)));
  });
  return { child, live, ended };
}

describe("npm start", () => {
  const taken = createServer();
  let started;
  let printed = "";
  let url = "";

  before(async () => {
    await new Promise((resolve) => taken.listen(0, "127.0.0.1", resolve));
    started = start(taken.address().port);
    printed = await started.live;
    url = /Altavoz is live:\s+(\S+)/.exec(printed)?.[1] ?? "";
  });

  after(async () => {
    taken.close();
    started?.child.kill("SIGTERM");
    await started?.ended;
  });

  it("takes the next free port when one is taken, and says so", () => {
    assert.match(printed, new RegExp(`Port ${taken.address().port} is taken; using \\d+\\.`));
  });

  it("serves the living page", async () => {
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  });

  it("prints a curl line that publishes", async () => {
    const [, address, key, body] = /curl (\S+) -H 'X-API-Key: ([^']+)' \\\s+-d '([^']+)'/.exec(printed) ?? [];
    const answer = await fetch(address, { method: "POST", headers: { "X-API-Key": key }, body });
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(await answer.json()), ["result"]);
  });

  it("prints a token that the hub believes", async () => {
    const [token] = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(printed) ?? [];
    const socket = new WebSocket(`${url.replace("http", "ws")}/connection/websocket`);
    await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
    const reply = new Promise((resolve) => Object.assign(socket, { onmessage: resolve, onclose: resolve }));
    socket.send(JSON.stringify({ id: 1, connect: { token } }));
    const { data } = await reply;
    assert.equal(typeof JSON.parse(data).connect.client, "string");
    socket.close();
  });

  it("stops with all of its parts on a signal, given twice as npm does", async () => {
    started.child.kill("SIGINT");
    started.child.kill("SIGINT");
    const { code } = await started.ended;
    assert.equal(code, 0);
    await assert.rejects(fetch(url));
  });
});
