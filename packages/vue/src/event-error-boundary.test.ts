import assert from "node:assert/strict";
import { it } from "node:test";
import "../../client/src/bindings/local-page.fixture.ts";

it("leaves what the fallback throws to the boundary around it, and tells of what it caught", async () => {
  const { createApp, h, nextTick } = await import("vue");
  const { EventErrorBoundary } = await import("./index.ts");
  const told: string[] = [];
  const throws = (message: string) => () => {
    throw new Error(message);
  };
  const boundary = (name: string, content: () => unknown, fallback: (error: unknown) => unknown) =>
    h(
      EventErrorBoundary,
      { onError: (error: unknown) => told.push(`${name}: ${(error as Error).message}`) },
      { default: content, fallback: ({ error }: { error: unknown }) => fallback(error) },
    );
  const app = createApp(() =>
    boundary(
      "outer",
      () =>
        boundary(
          "inner",
          () => h({ render: throws("content") }),
          () => h({ render: throws("fallback") }),
        ),
      (error) => h("p", (error as Error).message),
    ),
  );
  const root = document.createElement("div");
  app.config.warnHandler = () => {};
  app.mount(root);
  await nextTick();
  await nextTick();
  assert.equal(root.textContent, "fallback");
  assert.deepEqual(told, ["inner: content", "outer: fallback"]);
});
