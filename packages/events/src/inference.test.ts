import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import type { ChannelOf, DataOf, EventEnvelope, TypesOn } from "./index.ts";
import { catalogue, channelName, type DeploymentEvent, defineEvents, type EventsOn, family } from "./index.ts";

type Ready = typeof catalogue;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => {};

describe("types of a catalogue, as who uses it sees them", () => {
  it("finds the events of a channel by its name", () => {
    holds<Same<TypesOn<Ready, "tenant:12345:metrics">, "metrics_update">>();
    holds<Same<EventsOn<Ready, `tenant:${string}:deployments`>["type"], DeploymentEvent["type"]>>();
    holds<Same<EventsOn<Ready, "chat:lobby">, EventEnvelope>>();
    holds<Same<EventsOn<Ready, string>, EventEnvelope>>();
    holds<Same<ChannelOf<Ready, "SALE_CREATED">, "admin:sales">>();
    holds<Same<ChannelOf<Ready, "notification">, `tenant:${string}:notifications` | `user:${string}:notifications`>>();
    holds<Same<DataOf<Ready, "metrics_update">, { cpu: number; memory: number; storage: number }>>();
  });

  it("narrows an event by its type", () => {
    const event = catalogue.parse(
      { type: "invoice_created", invoiceId: "I", amount: 5 },
      { channel: "tenant:1:billing" },
    );
    if (event.type === "invoice_created") assert.equal(event.amount + event.data.amount, 10);
    else assert.fail("another type");
    // @ts-expect-error: no such event in this channel
    assert.ok(event.type !== "user_joined");
  });

  it("does not compile a wrong type, a missing field or a field of another type", () => {
    const wrong = (): void => {
      // @ts-expect-error: no such type
      catalogue.create("deployment_began", { tenantId: "1", data: {} });
      // @ts-expect-error: progress is missing
      catalogue.create("deployment_progress", { tenantId: "1", data: {} });
      // @ts-expect-error: progress is a number
      catalogue.create("deployment_progress", { tenantId: "1", data: { progress: "45" } });
      // @ts-expect-error: the tenant is missing
      catalogue.create("deployment_start", { data: {} });
      // @ts-expect-error: the user is not part of this name
      channelName("tenant:{tenantId}:billing", { userId: "5" });
    };
    assert.throws(wrong);
  });

  it("knows the data of schemas given plainly and in families", () => {
    const own = defineEvents({
      "a.b": z.object({ n: z.number() }),
      ...family({ family: "f", channels: ["tenant:{tenantId}:f"] }, { c: z.object({ s: z.string() }) }),
    });
    holds<Same<DataOf<typeof own, "a.b">, { n: number }>>();
    holds<Same<DataOf<typeof own, "c">, { s: string }>>();
    holds<Same<TypesOn<typeof own, "tenant:1:f">, "c">>();
    assert.equal(own.create("c", { tenantId: "1", data: { s: "x" } }).data.s, "x");
  });
});
