import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import "../../client/src/bindings/local-page.fixture.ts";
import { openStage, type Stage } from "../../client/src/bindings/stage.fixture.ts";
import type { WebSocketHookOptions, WebSocketResult } from "./use-web-socket.ts";

const ROLE = "ADMIN";

interface Sale {
  readonly type: string;
  readonly data: { readonly saleId: number };
}

let stage: Stage;
before(async () => {
  stage = await openStage({ plain_websocket: { roles: [ROLE], channel: "admin:sales" } });
});
after(() => stage.close());

const getToken = (): Promise<string> => stage.hub.token({ user: "root", roles: [ROLE, "admin"] });
const sell = (saleId: number): Promise<unknown> =>
  stage.hub.api("publish", { channel: "admin:sales", data: { type: "SALE_CREATED", data: { saleId } } });

interface Panel {
  /** What each of its components shows. */
  readonly shown: readonly WebSocketResult[];
  readonly sales: readonly number[];
  render(options: Partial<WebSocketHookOptions<Sale>>): void;
  until(holds: (panel: Panel) => boolean): Promise<void>;
  unmount(): void;
}

/** Two components of a page in StrictMode that use the hook with equal options; the first one keeps the sales. */
async function openPanel(): Promise<Panel> {
  const { createElement, StrictMode, useLayoutEffect } = await import("react");
  const { flushSync } = await import("react-dom");
  const { createRoot } = await import("react-dom/client");
  const { useWebSocket } = await import("./use-web-socket.ts");
  const watchers = new Set<() => void>();
  const shown: WebSocketResult[] = [];
  const sales: number[] = [];
  const tell = (): void => {
    for (const look of [...watchers]) look();
  };
  const Component = (props: { readonly place: number; readonly options: WebSocketHookOptions<Sale> }) => {
    const result = useWebSocket<Sale>(props.options);
    useLayoutEffect(() => {
      shown[props.place] = result;
      tell();
    });
    return null;
  };
  const root = createRoot(document.createElement("div"));
  const panel: Panel = {
    shown,
    sales,
    render(given) {
      const options = { url: stage.plainUrl, getToken, baseDelayMs: 1, maxDelayMs: 10, ...given };
      // A new function at each rendering, as applications write it.
      const onEvent = ({ data }: Sale): void => {
        sales.push(data.saleId);
        tell();
      };
      const first = createElement(Component, { key: 0, place: 0, options: { ...options, onEvent } });
      const second = createElement(Component, { key: 1, place: 1, options });
      flushSync(() => root.render(createElement(StrictMode, null, first, second)));
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds(panel)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    unmount: () => flushSync(() => root.unmount()),
  };
  return panel;
}

const isLive = ({ shown }: Panel): boolean => shown.length === 2 && shown.every(({ isConnected }) => isConnected);

it("connects once for all components, survives renderings, and hands on what was missed", async () => {
  const panel = await openPanel();
  const before = stage.gate.opened;
  panel.render({ user: "root", attempts: 1_000 });
  await panel.until(isLive);
  panel.render({ user: "root", attempts: 1_000 });
  assert.equal(stage.gate.opened, before + 1);
  assert.deepEqual([panel.shown[0]?.userId, panel.shown[0]?.error], ["root", null]);
  await sell(1);
  await panel.until(({ sales }) => sales.length === 1);
  stage.gate.cut();
  await panel.until(({ shown }) => shown[0]?.status === "waiting");
  await sell(2);
  await sell(3);
  stage.gate.restore();
  await panel.until(({ sales }) => sales.length === 3);
  assert.deepEqual(panel.sales, [1, 2, 3]);
  panel.unmount();
  await stage.gate.empty();
});

it("has no connection while nobody is signed in, and one for each who is", async () => {
  const panel = await openPanel();
  const before = stage.gate.opened;
  panel.render({ user: null });
  assert.deepEqual([panel.shown[0]?.status, stage.gate.opened], ["idle", before]);
  panel.render({ user: "ana" });
  await panel.until(isLive);
  panel.render({ user: "ben" });
  await panel.until((each) => isLive(each) && stage.gate.opened === before + 2);
  panel.render({ user: null });
  await stage.gate.empty();
  assert.equal(panel.shown[0]?.status, "idle");
  panel.unmount();
});

it("says after ten attempts that it has failed, and begins anew by hand", async () => {
  const panel = await openPanel();
  stage.gate.cut();
  panel.render({ user: "ana" });
  await panel.until(({ shown }) => shown[0]?.status === "failed");
  assert.deepEqual([panel.shown[0]?.attempt, panel.shown[0]?.isConnected], [10, false]);
  assert.notEqual(panel.shown[0]?.error, null);
  stage.gate.restore();
  panel.shown[1]?.retry();
  await panel.until(isLive);
  panel.unmount();
  await stage.gate.empty();
});
