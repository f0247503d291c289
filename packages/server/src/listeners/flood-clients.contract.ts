import { connectRaw } from "./raw-client.contract.ts";

// A process of its own, so that what the clients do is not taken for the server's work: connects `count` sockets to
// `port`, says so, and says each time all have received one message more, up to `frames`. Lives until it is killed.
const [port = 0, count = 0, frames = 0] = process.argv.slice(2).map(Number);

const clients = [];
for (let i = 0; i < count; i++) clients.push(await connectRaw({ port, path: "/socket" }));
process.stdout.write("ready\n");
for (let count = 1; count <= frames; count++) {
  for (const client of clients) await client.received(count);
  process.stdout.write(`all have ${count}.\n`);
}
