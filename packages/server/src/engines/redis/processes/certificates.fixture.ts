import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const run = promisify(execFile);

/** An authority of its own and a certificate of it, for servers and clients on 127.0.0.1 and localhost. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string): string => join(folder, name);
  const [ca, caKey, cert, key] = [path("ca.pem"), path("ca.key"), path("cert.pem"), path("cert.key")];
  const [request, extensions] = [path("cert.csr"), path("cert.ext")];
  const fresh = (keyout: string): string[] => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    keyout,
  ];
  await run("openssl", ["req", "-x509", ...fresh(caKey), "-out", ca, "-days", "1", "-subj", "/CN=Test authority"]);
  await run("openssl", ["req", ...fresh(key), "-out", request, "-subj", "/CN=localhost"]);
  await writeFile(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signing = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "1", "-extfile", extensions];
  await run("openssl", ["x509", "-req", "-in", request, ...signing, "-out", cert]);
  return { ca, cert, key };
}
