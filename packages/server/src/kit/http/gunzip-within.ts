import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unpack = promisify(gunzip);

/** What makes a small body a large one is never unpacked further than to `limit` bytes. */
export async function gunzipWithin(bytes: Uint8Array, limit: number): Promise<Uint8Array | "corrupt" | "too large"> {
  try {
    return await unpack(bytes, { maxOutputLength: limit });
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "corrupt";
  }
}
