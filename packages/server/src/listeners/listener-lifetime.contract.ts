import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connect as connectTls, type PeerCertificate } from "node:tls";
import { promisify } from "node:util";
import type { Answer, Route, TlsFiles } from "../hub/ports/listener.ts";
import { eventually, type ListenerFactory, nextTurn, openFixture } from "./fixture.contract.ts";

const KEEP_ALIVE_SECONDS = 1;
/** Longer than a server that counts in steps of four seconds takes to notice. */
const SILENCE_MS = 10_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Listening, limits, and the way out. */
export function lifetimeContract(factory: ListenerFactory): void {
  describe("opening", () => {
    it("rejects with a reason when the port is taken", async () => {
      await using fixture = await openFixture(factory);
      const again = openFixture(factory, { endpoint: { port: fixture.port } });
      await assert.rejects(
        again,
        new RegExp(`cannot listen on all addresses, port ${fixture.port}: .*(in use|EADDRINUSE)`),
      );
    });

    it("may be done on a port that others listen on too, when all of them say so", async () => {
      await using first = await openFixture(factory, { endpoint: { shared: true } });
      await using second = await openFixture(factory, { endpoint: { shared: true, port: first.port } });
      assert.equal(second.port, first.port);
      await first.listener.drain();
      await second.pair();
    });

    it("may be done for several endpoints that share topics", async () => {
      await using fixture = await openFixture(factory);
      const route: Route = {
        method: "GET",
        path: "/other",
        handle: () => ({ kind: "upgrade", maxMessageBytes: 100, connect: (outlet) => fixture.welcome(outlet) }),
      };
      const second = await fixture.listener.open({ port: 0, hostname: "127.0.0.1", routes: [route] });
      assert.notEqual(second.port, fixture.port);
      const pairs = [await fixture.pair(), await fixture.pair({ port: second.port, path: "/other" })];
      for (const { guest } of pairs) fixture.listener.topics.join(guest.outlet, "t");
      fixture.listener.topics.publish("t", "x");
      for (const { client } of pairs) await client.received(1);
      await assert.rejects(second.reloadTls(), /certificate/);
    });
  });

  describe("the limit of connections", () => {
    it("turns away sockets and streams over it with 503, until one has gone", async () => {
      await using fixture = await openFixture(factory, { limits: { maxConnections: 2 } });
      const { client, guest } = await fixture.pair();
      await fixture.pair({ stream: true });
      for (const stream of [false, true]) {
        const refused = await fixture.client({ stream });
        assert.equal(refused.status, 503);
        assert.match(refused.header("connection") ?? "", /^close$/i);
        await refused.until(() => refused.ended, "the end");
      }
      client.socket.destroy();
      await eventually(() => guest.closes.length === 1, "a close");
      await fixture.pair();
    });
  });

  describe("draining", () => {
    it("accepts nobody new and lets open sockets, streams and requests go on", async () => {
      const proceed = Promise.withResolvers<Answer>();
      const arrived = Promise.withResolvers<void>();
      const slow: Route = {
        method: "GET",
        path: "/slow",
        handle() {
          arrived.resolve();
          return proceed.promise;
        },
      };
      await using fixture = await openFixture(factory, { routes: [slow] });
      const { port } = fixture;
      const { client, guest } = await fixture.pair();
      const { client: reader, guest: streamGuest } = await fixture.pair({ stream: true });
      const request = fetch(`${fixture.url}/slow`);
      await arrived.promise;
      await fixture.listener.drain();
      const late = await fixture.client({ port });
      assert.equal(late.head, "");
      client.send("echo");
      fixture.listener.topics.join(streamGuest.outlet, "t");
      fixture.listener.topics.publish("t", "x\n");
      await client.received(1);
      await reader.received(2);
      proceed.resolve({ kind: "reply", status: 200, body: "done" });
      assert.equal(await (await request).text(), "done");
      guest.outlet.close({ code: 3001, reason: "shutdown" });
      await client.gone();
      assert.equal(client.closeCode, 3001);
    });
  });

  describe("stopping", () => {
    it("ends what is left and has told every inlet", async () => {
      await using fixture = await openFixture(factory);
      const { client } = await fixture.pair();
      const { client: reader } = await fixture.pair({ stream: true });
      await fixture.listener.stop();
      await client.until(() => client.ended, "the end");
      await reader.until(() => reader.ended, "the end");
      await eventually(() => fixture.guests.every((guest) => guest.closes.length === 1), "two closes");
      await fixture.listener.stop();
    });
  });

  describe("silence", () => {
    it("of a slow answer, a stream or a socket is not cut, while a connection without a request is", async () => {
      const slow: Route = {
        method: "GET",
        path: "/slow",
        async handle() {
          await wait(SILENCE_MS);
          return { kind: "reply", status: 200, body: "done" };
        },
      };
      const limits = { keepAliveSeconds: KEEP_ALIVE_SECONDS };
      await using fixture = await openFixture(factory, { limits, routes: [slow] });
      const pairs = [await fixture.pair(), await fixture.pair({ stream: true })];
      const idle = await fixture.client({ stream: true, path: "/unknown" });
      assert.equal(await (await fetch(`${fixture.url}/slow`)).text(), "done");
      assert.ok(idle.ended, "a connection that was only kept alive is closed");
      for (const { client, guest } of pairs) {
        const before = client.messages.length;
        guest.outlet.send("still here\n");
        await client.received(before + 1);
        assert.equal(guest.closes.length, 0);
      }
    });

    it("says when the last connection has left, with all that was queued for it", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      await fixture.listener.drain();
      let isEmpty = false;
      const emptied = fixture.listener.emptied().then(() => {
        isEmpty = true;
      });
      await nextTurn();
      assert.equal(isEmpty, false);
      guest.outlet.send("last words");
      guest.outlet.close({ code: 3001, reason: "shutdown" });
      await emptied;
      await fixture.listener.stop();
      await client.received(1);
    });
  });

  tlsContract(factory);
}

/** The common name of the certificate that a new connection is shown. */
function shownName(port: number): Promise<string> {
  const shown = Promise.withResolvers<string>();
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
    const certificate: PeerCertificate = socket.getPeerCertificate();
    shown.resolve(`${certificate.subject.CN}`);
    socket.destroy();
  });
  socket.on("error", shown.reject);
  return shown.promise;
}

function tlsContract(factory: ListenerFactory): void {
  describe("TLS", () => {
    let folder = "";
    const pair = (name: string): TlsFiles => ({
      certFile: join(folder, `${name}.crt`),
      keyFile: join(folder, `${name}.key`),
    });

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "altavoz-tls-"));
      for (const name of ["first", "second"]) {
        const { certFile, keyFile } = pair(name);
        const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
        const files = ["-subj", `/CN=${name}`, "-out", certFile, "-keyout", keyFile];
        await promisify(execFile)("openssl", ["req", "-x509", ...options, ...files]);
      }
    });
    after(() => rm(folder, { recursive: true }));

    const use = async (cert: string, key: string): Promise<TlsFiles> => {
      const live = pair("live");
      await writeFile(live.certFile, await readFile(pair(cert).certFile));
      await writeFile(live.keyFile, await readFile(pair(key).keyFile));
      return live;
    };

    it("takes new certificate files while open connections stay, and keeps the old ones when the new are bad", async () => {
      const tls = await use("first", "first");
      await using fixture = await openFixture(factory, { endpoint: { tls } });
      const { client, guest } = await fixture.pair({ tls: true });
      assert.equal(await shownName(fixture.port), "first");

      await use("second", "first");
      await assert.rejects(fixture.bound.reloadTls(), /does not belong/);
      assert.equal(await shownName(fixture.port), "first");

      await use("second", "second");
      await fixture.bound.reloadTls();
      assert.equal(await shownName(fixture.port), "second");
      const { client: next, guest: nextGuest } = await fixture.pair({ tls: true });
      for (const { outlet } of [guest, nextGuest]) fixture.listener.topics.join(outlet, "t");
      fixture.listener.topics.publish("t", "x");
      for (const one of [client, next]) await one.received(1);
      client.send("echo");
      await client.received(2);
    });

    it("rejects bad files and a taken port when opening", async () => {
      await assert.rejects(openFixture(factory, { endpoint: { tls: pair("none") } }), /ENOENT/);
      const tls = await use("second", "first");
      await assert.rejects(openFixture(factory, { endpoint: { tls } }), /does not belong/);
      const good = await use("first", "first");
      await using fixture = await openFixture(factory, { endpoint: { tls: good } });
      await assert.rejects(openFixture(factory, { endpoint: { tls: good, port: fixture.port } }), /cannot listen/);
      await nextTurn();
    });
  });
}
