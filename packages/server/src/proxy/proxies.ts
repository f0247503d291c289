import type { Application, Namespace, NamespaceBackends } from "../hub/index.ts";
import { readConnect, readPublish, readRefresh, readRpc, readSubRefresh, readSubscribe } from "./answers.ts";
import { type Backend, type BackendOptions, type BackendSurroundings, createBackend } from "./backend.ts";

/** Names of backends, by the first part of a method's name; "" stands for methods without one. */
export interface RpcRoutes {
  readonly boundary: string;
  readonly backends: ReadonlyMap<string, string>;
}

export interface ProxiesOptions extends BackendSurroundings {
  /** Every backend that a name below or a namespace's `backends` means. */
  readonly backends: readonly BackendOptions[];
  readonly connect?: string;
  readonly refresh?: string;
  readonly rpc?: RpcRoutes;
}

/** The application as backends that are asked over HTTP. */
export function createProxies({ backends: declared, rpc, ...options }: ProxiesOptions): Application {
  const backends = new Map(declared.map((each) => [each.name, createBackend(each, options)]));
  const named = (name: string): Backend => {
    const backend = backends.get(name);
    if (!backend) throw new Error(`there is no backend "${name}"`);
    return backend;
  };
  const of = (namespace: Namespace, question: keyof NamespaceBackends): Backend | undefined => {
    const name = namespace.backends?.[question];
    return name === undefined ? undefined : backends.get(name);
  };
  const connect = options.connect === undefined ? undefined : named(options.connect);
  const refresh = options.refresh === undefined ? undefined : named(options.refresh);
  return {
    ...(connect && {
      connect: (question) =>
        connect.ask({
          question: "connect",
          asker: question.asker,
          write: (questions) => questions.connect(question),
          read: readConnect,
        }),
    }),
    ...(refresh && {
      refresh: (question) =>
        refresh.ask({
          question: "refresh",
          asker: question.asker,
          write: (questions) => questions.refresh(question),
          read: readRefresh,
        }),
    }),
    subscribe: (question) =>
      of(question.namespace, "subscribe")?.ask({
        question: "subscribe",
        asker: question.asker,
        write: (questions) => questions.subscribe(question),
        read: readSubscribe,
      }),
    refreshesIn: (namespace) => of(namespace, "subRefresh") !== undefined,
    subRefresh: (question) =>
      of(question.namespace, "subRefresh")?.ask({
        question: "sub_refresh",
        asker: question.asker,
        write: (questions) => questions.subRefresh(question),
        read: readSubRefresh,
      }),
    publish: (question) =>
      of(question.namespace, "publish")?.ask({
        question: "publish",
        asker: question.asker,
        write: (questions) => questions.publish(question),
        read: readPublish,
      }),
    ...(rpc && { rpc: createRpc(rpc, named) }),
  };
}

type AskRpc = NonNullable<Application["rpc"]>;

function createRpc({ boundary, backends }: RpcRoutes, named: (name: string) => Backend): AskRpc {
  const routes = new Map([...backends].map(([namespace, name]) => [namespace, named(name)]));
  return (question) => {
    const end = boundary === "" ? -1 : question.method.indexOf(boundary);
    return routes.get(end === -1 ? "" : question.method.slice(0, end))?.ask({
      question: "rpc",
      asker: question.asker,
      write: (questions) => questions.rpc(question),
      read: readRpc,
    });
  };
}
