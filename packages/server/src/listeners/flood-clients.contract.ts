import { connectRaw } from "./raw-client.contract.ts";

// A process of its own, so that what the clients do is not taken for the server's work: connects `count` sockets to
// `port`, says so, and says when each has received `frames` messages. Lives until it is killed.
const [port = 0, count = 0, frames = 0] = process.argv.slice(2).map(Number);

const clients = [];
for (let i = 0; i < count; i++) clients.push(await connectRaw({ port, path: "/socket" }));
process.stdout.write("ready\n");
for (const client of clients) await client.received(frames);
process.stdout.write("done\n");
