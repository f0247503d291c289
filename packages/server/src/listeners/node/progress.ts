import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What Node's own timeouts look at: how much of the write that the kernel has begun to take is left. */
interface WithHandle {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/** Changes whenever the kernel takes bytes of a socket, also when it takes only some of one write. */
export function progressOf(socket: Duplex | null): string {
  if (!(socket instanceof Socket)) return `${socket?.writableLength}`;
  const left = (socket as WithHandle)._handle?.writeQueueSize;
  return `${socket.bytesWritten - socket.writableLength} ${left}`;
}
