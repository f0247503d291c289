import assert from "node:assert/strict";
import { createApiKeys } from "../auth/index.ts";
import { createMemoryEngine, createMemoryRevocations } from "../engines/memory/index.ts";
import { noLimits, testSettings } from "../hub/hub-ground.fixture.ts";
import {
  type Answer,
  BodyTooLarge,
  closedNamespace,
  connect,
  createHub,
  type HttpRequest,
  type Hub,
  type HubSettings,
  type Push,
  type Session,
} from "../hub/index.ts";
import { createSeededIds } from "../kit/ids.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createDirectory } from "../tenants/directory.ts";
import { type Api, type ApiCall, type ApiOptions, createApi } from "./index.ts";

export const PLATFORM_KEY = "key of the platform";
export const ACME_KEY = "key-of-acme";
export const READER_KEY = "key-that-reads";

const settings: HubSettings = {
  ...testSettings,
  systemRoles: [],
  nodeName: "node-1",
  version: "1.2.3",
  rpcPingMethod: "",
};

/** A connected client and what it was sent. */
export interface Member {
  readonly session: Session;
  readonly pushes: Push[];
}

export interface ApiHouse {
  readonly hub: Hub;
  readonly api: Api;
  readonly calls: ApiCall[];
  /** Connects a user of a tenant, subscribed to the channels. */
  join(tenant: string, user: string, channels?: readonly string[]): Promise<Member>;
  send(path: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<HttpReply>;
  /** Calls a method with the key of the platform and expects status 200. */
  call(method: string, request: unknown, key?: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function httpRequest(
  target: string,
  body: string | Uint8Array,
  { method, headers }: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
): HttpRequest {
  const url = new URL(target, "http://hub.test");
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    remoteAddress: "::1",
    host: url.host,
    header: (name) => headers[name.toLowerCase()],
    body: async (limit) => {
      if (bytes.length > limit) throw new BodyTooLarge(limit);
      return bytes;
    },
  };
}

function answered(answer: Answer): HttpReply {
  assert.equal(answer.kind, "reply");
  const { status, headers = {}, body = "" } = answer;
  return { status, headers, body: String(body) };
}

/** A hub over the memory engine with the tenants default and acme, and its API. */
export async function createApiHouse(options: Partial<ApiOptions> = {}): Promise<ApiHouse> {
  const clock = createVirtualClock();
  const ids = createSeededIds(7);
  const kept = {
    ...closedNamespace,
    name: "kept",
    presence: true,
    historySize: 100,
    historyTtlMs: 60_000,
    allowPublishForClient: true,
  };
  const hub = createHub({
    settings,
    engine: createMemoryEngine({ clock, ids }),
    revocations: createMemoryRevocations({ clock }),
    clock,
    ids,
    log: silentLog,
    directory: createDirectory({
      withoutNamespace: closedNamespace,
      namespaces: [kept, { ...closedNamespace, name: "objects", dataFormat: "json_object" }],
      limits: noLimits,
      tenants: [{ id: "acme" }],
      allowUndeclared: false,
    }),
    authenticator: {
      // A token of these tests is the grant itself.
      connection: async (token) => {
        const { tenant, user, channels } = JSON.parse(token);
        const names: string[] = channels;
        const identity = { tenant, user, platform: false, roles: [], permissions: [] };
        return {
          identity,
          expireAt: 0,
          info: '{"name":1.0}',
          subscriptions: new Map(names.map((name) => [name, { expireAt: 0 }])),
        };
      },
      subscription: async () => assert.fail("no subscription tokens here"),
    },
  });
  await hub.start();
  const keys = createApiKeys({
    platform: [PLATFORM_KEY, { key: READER_KEY, scopes: ["read", "unsubscribe"] }],
    tenants: new Map([["acme", [ACME_KEY]]]),
  });
  const calls: ApiCall[] = [];
  const api = createApi({
    hub,
    keys,
    insecure: false,
    errorMode: "",
    maxBodyBytes: 65_536,
    log: silentLog,
    onCall: (call) => calls.push(call),
    ...options,
  });

  const handle = async (request: HttpRequest): Promise<HttpReply> => {
    const matching = api.routes.filter((route) => route.method === request.method);
    const exact = matching.find((route) => route.path === request.path);
    const route =
      exact ?? matching.find(({ path }) => path.endsWith("/*") && request.path.startsWith(path.slice(0, -1)));
    assert.ok(route, `no route for ${request.method} ${request.path}`);
    return answered(await route.handle(request));
  };
  const send: ApiHouse["send"] = (path, body, headers = { "x-api-key": PLATFORM_KEY }) =>
    handle(httpRequest(path, body, { method: "POST", headers }));

  return {
    hub,
    api,
    calls,
    send,
    async call(method, request, key = PLATFORM_KEY) {
      const text = typeof request === "string" ? request : JSON.stringify(request);
      const { status, body } = await send(`/api/${method}`, text, { "x-api-key": key });
      assert.equal(status, 200, body);
      return JSON.parse(body);
    },
    async join(tenant, user, channels = []) {
      const pushes: Push[] = [];
      const session = hub.open({
        outlet: { send: () => {}, close: () => {}, bufferedBytes: 0 },
        topics: { join: () => {}, leave: () => {}, publish: () => {} },
        encoder: {
          id: "test",
          encode: (push) => {
            pushes.push(push);
            return "";
          },
        },
        transport: { name: "test", pings: false, pongs: false, pushesDisconnect: false },
      });
      const token = JSON.stringify({ tenant, user, channels });
      await connect(hub, session, { token, name: "", recover: new Map(), headerUser: "", reply: () => {} });
      return { session, pushes };
    },
    stop: () => hub.stop(),
  };
}
