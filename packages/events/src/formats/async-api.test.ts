import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Parser } from "@asyncapi/parser";
import { catalogue, toAsyncApi } from "../index.ts";

describe("the AsyncAPI document of a catalogue", () => {
  it("is valid by the official parser and shows every channel with its events", async () => {
    const text = JSON.stringify(toAsyncApi(catalogue, { title: "Events", version: "1.0.0" }));
    const { document, diagnostics } = await new Parser().parse(text);
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 0).map(({ message, path }) => `${path.join(".")}: ${message}`),
      [],
    );
    assert.ok(document);
    const shown = document.channels().all();
    const patterns = new Set(catalogue.known.flatMap(({ channels = [] }) => channels));
    assert.deepEqual(new Set(shown.map((channel) => channel.address())), patterns);
    const billing = shown.find((channel) => channel.address() === "tenant:{tenantId}:billing");
    assert.deepEqual(
      billing
        ?.messages()
        .all()
        .map((message) => message.name()),
      ["invoice_created", "payment_received", "usage_limit_warning", "invoice_overdue"],
    );
    assert.equal(document.operations().all().length, 2 * patterns.size);
  });
});
