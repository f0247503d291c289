import type { Log } from "../../../packages/server/src/index.ts";
import { startBackend } from "./backend.ts";
import { inviteDemoCustomers } from "./demo-customers.ts";
import { startLocalAccounts } from "./infrastructure/accounts/local-accounts.ts";

const write = (message: string, fields: object = {}): void => console.error(message, fields);
const log: Log = { debug() {}, info: write, warn: write, error: write };
const { LOCAL_ACCOUNTS: keyFile, DEMO_CUSTOMERS } = process.env;
const accounts = keyFile ? await startLocalAccounts(keyFile) : undefined;
const backend = await startBackend({ env: process.env, log, ...(accounts ? { accounts } : {}) });
const sendHome = DEMO_CUSTOMERS === "true" ? inviteDemoCustomers(backend) : undefined;
console.log(`Administrators connect to ${backend.server.url.replace(/^http/, "ws")}/ws`);
console.log(`The shop is live:  ${backend.shop.url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    sendHome?.();
    void backend.stop().then(() => accounts?.stop());
  });
}
