import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { compileSnippets } from "../../backend/src/compile.fixture.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/^```tsx?\n([\s\S]*?)^```/gm)].map(([, text = ""], index) => ({
  name: `readme-${index}.tsx`,
  text,
  registers: text.includes("interface Register"),
}));
/** The programs of the README that register a catalogue, or those that do not: one compilation knows one of the two. */
const shown = (registers: boolean): Record<string, string> =>
  Object.fromEntries(snippets.filter((each) => each.registers === registers).map(({ name, text }) => [name, text]));

/** Nothing found in any of the README's programs. */
const clean = (registers: boolean): Record<string, string[]> =>
  Object.fromEntries(Object.keys(shown(registers)).map((name) => [name, []]));

const register = `
  import type { catalogue } from "@altavoz/events";
  declare module "@altavoz/react" {
    interface Register {
      catalogue: typeof catalogue;
    }
  }`;

const right = `
  import { createClient, billingTexts } from "@altavoz/client";
  import { catalogue } from "@altavoz/events";
  import { AltavozProvider, EventErrorBoundary, useBillingAlerts, useChannel, useDeploymentEvents, useEvents, useNotifications, usePresence, useWebSocket } from "@altavoz/react";
  import { useEffect } from "react";
  const client = createClient({ url: "ws://localhost", catalogue });
  function Page({ tenantId }: { tenantId: string }) {
    const { last } = useChannel(\`tenant:\${tenantId}:deployments\`);
    const { subscribe } = useEvents();
    useEffect(() => subscribe(\`tenant:\${tenantId}:metrics\`, (event) => console.log(event.data.cpu.toFixed(1))), [subscribe, tenantId]);
    const deployments: readonly { data: { deploymentId?: string | undefined } }[] = useDeploymentEvents(tenantId).getAllEvents();
    const { notifications } = useNotifications(tenantId, { toast: (type, title, message) => console.log(type, title, message) });
    const { alerts } = useBillingAlerts(undefined, { texts: billingTexts["es-MX"] });
    const { members } = usePresence<{ name: string }>(\`tenant:\${tenantId}:presence\`);
    const socket = useWebSocket<{ type: "SALE_CREATED"; data: { saleId: number } }>({
      url: "localhost:3001", user: "ana", getToken: async () => "token", onEvent: (event) => console.log(event.data.saleId),
    });
    const progress: number = last?.event.type === "deployment_progress" ? last.event.data.progress : 0;
    const names: (string | undefined)[] = [...members.values()].map((member) => member.connInfo?.name);
    return <p>{progress} {deployments.length} {notifications[0]?.title} {alerts[0]?.severity} {names} {socket.status}</p>;
  }
  export const application = (
    <AltavozProvider client={client} tenantId="acme">
      <EventErrorBoundary fallback={(error, reset) => <button type="button" onClick={reset}>{String(error)}</button>}>
        <Page tenantId="acme" />
      </EventErrorBoundary>
    </AltavozProvider>
  );`;

const hooks =
  'import { useChannel, useDeploymentEvents, useEvents, useNotifications, useWebSocket } from "@altavoz/react";';

/** Each with what the compiler has to say about it. */
const wrong: Readonly<Record<string, readonly [code: string, verdict: RegExp]>> = {
  "a channel that no event has": ['useChannel("tenant:acme:dashbord");', /not assignable to parameter/],
  "a channel that is no channel": ['useEvents().subscribe("tenant12345", () => {});', /not assignable to parameter/],
  "an event of another channel": [
    'useEvents().subscribe("tenant:acme:metrics", (event) => event.type === "invoice_created");',
    /no overlap/,
  ],
  "a field that the data has not": [
    'const { last } = useChannel("tenant:acme:metrics"); if (last?.event.type === "metrics_update") last.event.data.gpu;',
    /'gpu' does not exist/,
  ],
  "a tenant that is a number": ["useDeploymentEvents(12345);", /not assignable to parameter/],
  "a toast of another shape": [
    'useNotifications("acme", { toast: (type: number) => type });',
    /not assignable to type/,
  ],
  "a socket without an address": ['useWebSocket({ token: "x" });', /'url' is missing|not assignable to parameter/],
};

it("compiles applications that are right, the README's among them, and none that is wrong", () => {
  const sources = Object.entries(wrong).map(([name, [code]]) => [name, `${hooks}\n${code}`] as const);
  const findings = compileSnippets<string>({
    ...{ register, "right.tsx": right, ...shown(true) },
    ...Object.fromEntries(sources),
  });
  const found = Object.fromEntries(Object.entries(findings).filter(([name]) => !(name in wrong)));
  assert.deepEqual(found, { register: [], "right.tsx": [], ...clean(true) });
  for (const [name, [, verdict]] of Object.entries(wrong)) {
    assert.match(findings[name]?.join("\n") ?? "", verdict, name);
  }
});

it("takes any channel for an envelope of anything, where no catalogue is registered", () => {
  const free = `
    import { useChannel, useEvents } from "@altavoz/react";
    useEvents().subscribe("chat:lobby", ({ type, data }) => [type.toUpperCase(), data]);
    const anything: unknown = useChannel("anything:goes").last?.event.data;
    export { anything };`;
  assert.ok(snippets.length > 3);
  assert.deepEqual(compileSnippets<string>({ free, ...shown(false) }), { free: [], ...clean(false) });
});
