/** The two commands of the Centrifugo client protocol in Protobuf that a counting client needs to say. */

/** `Command { id = 1; connect = 4: ConnectRequest { token = 1 } }`, preceded by its length. */
export function connectCommand(id: number, token: string): Buffer {
  return command(id, 4, token ? field(1, Buffer.from(token)) : Buffer.alloc(0));
}

/** `Command { id = 1; subscribe = 5: SubscribeRequest { channel = 1 } }`, preceded by its length. */
export function subscribeCommand(id: number, channel: string): Buffer {
  return command(id, 5, field(1, Buffer.from(channel)));
}

function command(id: number, method: number, request: Buffer): Buffer {
  const number = Buffer.concat([varint(1 << 3), varint(id)]);
  return delimited(Buffer.concat([number, field(method, request)]));
}

/** A field of bytes, text or a message: wire type 2. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), delimited(value)]);
}

function delimited(value: Buffer): Buffer {
  return Buffer.concat([varint(value.length), value]);
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
