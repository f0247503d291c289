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
  declare module "@altavoz/vue" {
    interface Register {
      catalogue: typeof catalogue;
    }
  }`;

const right = `
  import { billingTexts } from "@altavoz/client";
  import { catalogue } from "@altavoz/events";
  import { createAltavoz, EventErrorBoundary, useBillingAlerts, useChannel, useDeploymentEvents, useEvents, useNotifications, usePresence } from "@altavoz/vue";
  import { type ComputedRef, createApp, defineComponent, h, ref, type Ref } from "vue";
  const Page = defineComponent((props: { tenantId: string }) => {
    const { last } = useChannel(() => \`tenant:\${props.tenantId}:deployments\` as const);
    const { subscribe } = useEvents();
    const stop: () => void = subscribe(\`tenant:\${props.tenantId}:metrics\`, (event) => console.log(event.data.cpu.toFixed(1)));
    const { events, isConnected, error, getEvent } = useDeploymentEvents(() => props.tenantId);
    const shape: [Readonly<Ref<ReadonlyMap<string, unknown>>>, Readonly<Ref<boolean>>, Readonly<Ref<string | null>>] = [events, isConnected, error];
    const { notifications } = useNotifications(ref("acme"), { toast: (type, title, message) => console.log(type, title, message) });
    const { alerts } = useBillingAlerts(undefined, { texts: billingTexts["es-MX"] });
    const { members } = usePresence<{ name: string }>("tenant:acme:presence");
    const progress: ComputedRef<unknown> = last;
    return () => [
      last.value?.event.type === "deployment_progress" ? last.value.event.data.progress.toFixed() : String(progress.value),
      getEvent("d1")?.data.deploymentId?.toUpperCase(), notifications.value[0]?.title, alerts.value[0]?.severity,
      [...members.value.values()].map((member) => member.connInfo?.name), shape.length, String(stop),
    ];
  });
  const application = createApp(() =>
    h(EventErrorBoundary, { onError: (error: unknown) => console.error(error) }, {
      default: () => h(Page, { tenantId: "acme" }),
      fallback: ({ error, reset }: { error: unknown; reset: () => void }) => h("button", { onClick: reset }, String(error)),
    }),
  );
  application.use(createAltavoz({ url: "ws://localhost", catalogue, tenantId: ref("acme") }));`;

const hooks =
  'import { createAltavoz, useChannel, useDeploymentEvents, useEvents, useNotifications } from "@altavoz/vue";';

/** Each with what the compiler has to say about it. */
const wrong: Readonly<Record<string, readonly [code: string, verdict: RegExp]>> = {
  "a channel that no event has": ['useChannel("tenant:acme:dashbord");', /not assignable to parameter/],
  "a channel that is no channel": ['useEvents().subscribe("tenant12345", () => {});', /not assignable to parameter/],
  "an event of another channel": [
    'useEvents().subscribe("tenant:acme:metrics", (event) => event.type === "invoice_created");',
    /no overlap/,
  ],
  "a field that the data has not": [
    'const { last } = useChannel("tenant:acme:metrics"); if (last.value?.event.type === "metrics_update") last.value.event.data.gpu;',
    /'gpu' does not exist/,
  ],
  "a tenant that is a number": ["useDeploymentEvents(12345);", /not assignable to parameter/],
  "a toast of another shape": [
    'useNotifications("acme", { toast: (type: number) => type });',
    /not assignable to type/,
  ],
  "a plugin without an address": ["createAltavoz({ tokens: [] });", /'tokens' does not exist|not assignable/],
};

it("compiles applications that are right, the README's among them, and none that is wrong", () => {
  const sources = Object.entries(wrong).map(([name, [code]]) => [name, `${hooks}\n${code}`] as const);
  const findings = compileSnippets<string>({ register, right, ...shown(true), ...Object.fromEntries(sources) });
  const found = Object.fromEntries(Object.entries(findings).filter(([name]) => !(name in wrong)));
  assert.deepEqual(found, { register: [], right: [], ...clean(true) });
  for (const [name, [, verdict]] of Object.entries(wrong)) {
    assert.match(findings[name]?.join("\n") ?? "", verdict, name);
  }
});

it("takes any channel for an envelope of anything, where no catalogue is registered", () => {
  const free = `
    import { useChannel, useEvents } from "@altavoz/vue";
    useEvents().subscribe("chat:lobby", ({ type, data }) => [type.toUpperCase(), data]);
    const anything: unknown = useChannel("anything:goes").last.value?.event.data;
    export { anything };`;
  assert.ok(snippets.length > 3);
  assert.deepEqual(compileSnippets<string>({ free, ...shown(false) }), { free: [], ...clean(false) });
});
