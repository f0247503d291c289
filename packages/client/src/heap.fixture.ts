import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that are still reachable, on either runtime. */
export async function reachableBytes(): Promise<number> {
  // Timers and microtasks of what just ended have let go of it by then.
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  if ("Bun" in globalThis) {
    const { gc } = await import("bun");
    gc(true);
  } else {
    setFlagsFromString("--expose-gc");
    (runInNewContext("gc") as () => void)();
  }
  return process.memoryUsage().heapUsed;
}
