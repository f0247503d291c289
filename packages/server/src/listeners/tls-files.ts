import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { TlsFiles } from "../hub/ports/listener.ts";

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Reads a certificate and its key. Rejects, naming the file, when they are unreadable or do not belong together. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readFile(files.certFile, "utf8"), readFile(files.keyFile, "utf8")]);
  const certificate = parse(files.certFile, () => new X509Certificate(cert));
  const privateKey = parse(files.keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`the key in ${files.keyFile} does not belong to the certificate in ${files.certFile}`);
  }
  return { cert, key };
}

function parse<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(`${file} is not a usable PEM file`, { cause });
  }
}
