import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { BackendFault } from "./backend-fault.ts";
import { createPost, type Mailbox } from "./post.ts";
import type { BackendTls, Letter } from "./send.ts";

const NAME = "backend.internal";

describe("a backend with a certificate of its own authority", () => {
  let folder: string;
  let pem: { readonly cert: string; readonly key: string };
  let server: Server;
  /** Lets in whoever has a certificate of the authority, and nobody else. */
  let strict: Server;
  let questions = 0;
  let sockets = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "backend-tls-"));
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`, "-keyout", keyFile, "-out", certFile],
    ]);
    pem = { cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
    server = createServer(pem, ({ url }, response) => {
      questions++;
      if (url === "/silent") return;
      if (url === "/moved") response.writeHead(302, { location: "/elsewhere" }).end();
      else response.end(url === "/huge" ? "x".repeat(20_000) : "yes");
    });
    server.on("secureConnection", () => void sockets++);
    const demands = { ca: pem.cert, requestCert: true, rejectUnauthorized: true };
    strict = createServer({ ...pem, ...demands }, (_, response) => void response.end("you, too"));
    for (const each of [server, strict]) {
      each.listen(0, "127.0.0.1");
      await once(each, "listening");
    }
  });
  after(async () => {
    for (const each of [server, strict]) {
      each.close();
      each.closeAllConnections();
    }
    await rm(folder, { recursive: true });
  });

  const boxFor = (tls: BackendTls, path = "/", at = server): Mailbox => ({
    endpoint: `https://127.0.0.1:${(at.address() as AddressInfo).port}${path}`,
    tls,
    statusTransforms: [],
    maxResponseBytes: 10_000,
  });
  const letter = (signal = new AbortController().signal): Letter => ({
    body: "{}",
    headers: new Headers({ "content-type": "application/json" }),
    signal,
  });
  const send = (tls: BackendTls, path?: string): Promise<string> => createPost(boxFor(tls, path))(letter());
  const trusting = (): BackendTls => ({ ca: pem.cert, serverName: NAME });
  const fault = (kind: string) => (error: unknown) => error instanceof BackendFault && error.kind === kind;

  it("is asked when its authority and its name are known", async () => {
    assert.equal(await send(trusting()), "yes");
  });

  it("is not asked when either is not", async () => {
    const before = questions;
    await assert.rejects(send({ serverName: NAME }), fault("down"));
    await assert.rejects(send({ ca: pem.cert }), fault("down"));
    await assert.rejects(send({ ca: pem.cert, serverName: "other.internal" }), fault("down"));
    assert.equal(questions, before, "no question has left");
  });

  it("is believed blindly only when the operator says so", async () => {
    assert.equal(await send({ rejectUnauthorized: false }), "yes");
  });

  it("learns who asks by the hub's own certificate", async () => {
    const ask = (tls: BackendTls): Promise<string> => createPost(boxFor(tls, "/", strict))(letter());
    await assert.rejects(ask(trusting()), fault("down"));
    assert.equal(await ask({ ...trusting(), ...pem }), "you, too");
  });

  it("is bounded like any other: redirects, size, time", async () => {
    await assert.rejects(send(trusting(), "/moved"), fault("wrong"));
    await assert.rejects(send(trusting(), "/huge"), fault("wrong"));
    const abort = new AbortController();
    server.once("request", () => abort.abort());
    await assert.rejects(createPost(boxFor(trusting(), "/silent"))(letter(abort.signal)), fault("down"));
  });

  it("keeps its connections", async () => {
    const post = createPost(boxFor(trusting()));
    const before = sockets;
    for (let n = 0; n < 5; n++) await post(letter());
    assert.equal(sockets - before, 1);
  });
});
