/**
 * Who may import whom. The table stands in packages/server/src/README.md; each of its rows is a rule here.
 * Type imports count: a dependency in the head is a dependency.
 */
const SERVER = "^packages/server/src/";
const FAMILIES = "(listeners|doors|engines|stores)";
/** Tests, contract suites and what only they use. */
const PROOF = "\\.(test|contract|fixture)\\.ts$";
const NOUNS = "(values/|ports/identity\\.ts$)";

const server = (path) => `${SERVER}${path}`;
const product = (path) => ({ path: server(path), pathNot: PROOF });

/** `from` may import, of our own sources, only `allowed`. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: server(from), pathNot: PROOF },
  to: { path: "^(packages|portals|conformance|bench|examples)/", pathNot: allowed.map(server) },
});

/** The packages for applications, each with those of ours that it may import. */
const SDK = {
  events: [],
  backend: ["events"],
  client: ["events"],
  vue: ["client", "events"],
  react: ["client", "events"],
  nuxt: ["vue", "client", "backend", "events"],
};

const FRONT = "hub/(index\\.ts$|ports/)";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolvable",
      comment: "A path that leads nowhere would slip through every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, path: "^\\.", pathNot: "/dist/" },
    },
    only("kit-imports-nothing-of-ours", "kit/", ["kit/"]),
    only("config-imports-nothing-of-ours", "config/", ["config/"]),
    only("hub-imports-kit-only", "hub/", ["hub/", "kit/"]),
    only("ports-import-nouns", "hub/ports/", ["hub/ports/", `hub/${NOUNS}`, "kit/"]),
    only("nouns-import-nouns", `hub/${NOUNS}`, ["hub/ports/", `hub/${NOUNS}`, "kit/"]),
    {
      name: "machine-not-to-operations",
      comment: "operations → machine → ports → nouns, never back.",
      severity: "error",
      from: { path: server("hub/[^/]+\\.ts$"), pathNot: [PROOF, server("hub/index\\.ts$")] },
      to: { path: server("hub/operations/") },
    },
    {
      name: "hub-front-is-for-others",
      severity: "error",
      from: product("hub/"),
      to: { path: server("hub/index\\.ts$") },
    },
    only("listeners-import-ports-and-kit", "listeners/", ["listeners/", "hub/ports/", "kit/"]),
    only("doors-import-hub-and-kit", "doors/", ["doors/", "hub/", "kit/"]),
    only("engines-import-hub-and-kit", "engines/", ["engines/", "hub/", "kit/"]),
    only("stores-import-hub-and-kit", "stores/", ["stores/", "hub/", "kit/"]),
    ...["api", "admin", "observe", "auth", "proxy", "tenants", "webhooks", "audit", "schemas"].map((room) =>
      only(`${room}-imports-hub-and-kit`, `${room}/`, [`${room}/`, "hub/", "kit/"]),
    ),
    {
      name: "through-the-front-of-hub",
      comment: "Outside of hub/ its front, hub/index.ts, and its ports are all there is.",
      severity: "error",
      from: { path: SERVER, pathNot: [server("hub/"), PROOF] },
      to: { path: server("hub/"), pathNot: server(FRONT) },
    },
    {
      name: "no-member-to-member",
      comment: "A member of a family does not know another one. What two share lies at the family's top.",
      severity: "error",
      from: { path: server(`${FAMILIES}/([^/]+)/`) },
      to: { path: server("$1/[^/]+/"), pathNot: server("$1/$2/") },
    },
    {
      name: "no-family-top-to-member",
      severity: "error",
      from: { path: server(`${FAMILIES}/[^/]+\\.ts$`) },
      to: { path: server("$1/[^/]+/") },
    },
    {
      name: "only-compose-names-members",
      severity: "error",
      from: {
        path: SERVER,
        pathNot: [server("(compose|socketio|mount-socketio|websocket-service)\\.ts$"), server(`${FAMILIES}/`), PROOF],
      },
      to: { path: server(`${FAMILIES}/[^/]+/`) },
    },
    {
      name: "compose-is-for-the-edge",
      severity: "error",
      from: { path: SERVER, pathNot: server("((main|index|testing|compose\\.test)\\.ts$|cli/)") },
      to: { path: server("compose\\.ts$") },
    },
    {
      name: "nobody-imports-main",
      severity: "error",
      from: { pathNot: server("main\\.test\\.ts$") },
      to: { path: server("main\\.ts$") },
    },
    {
      name: "cli-is-for-main",
      severity: "error",
      from: { path: SERVER, pathNot: [server("main\\.ts$"), server("cli/"), PROOF] },
      to: { path: server("cli/") },
    },
    {
      name: "product-never-imports-proof",
      comment: "Only contracts.ts hands the contracts on: they are its product.",
      severity: "error",
      from: { path: "^(packages|portals)/", pathNot: [PROOF, server("contracts\\.ts$")] },
      to: { path: PROOF },
    },
    {
      name: "nobody-imports-a-test",
      severity: "error",
      from: {},
      to: { path: "\\.test\\.(ts|mjs)$" },
    },
    {
      name: "only-the-node-listener-knows-ws",
      severity: "error",
      from: { path: SERVER, pathNot: [server("listeners/node/"), PROOF] },
      to: { path: ["^ws$", "node_modules/(@types/)?ws/"] },
    },
    {
      name: "rules-know-no-runtime",
      comment: "hub, doors and engines run everywhere and are tested without a socket.",
      severity: "error",
      from: product("(hub|doors|engines)/"),
      to: { path: "^(node:)?(net|tls|dgram|http|https|http2|child_process|cluster|worker_threads)$|^bun$" },
    },
    {
      name: "server-by-its-fronts",
      comment:
        "Other packages and the proofs see what a user sees; the proofs start the same Redis processes, and Socket.IO on our engine.",
      severity: "error",
      from: { path: "^(portals|conformance|bench|examples|packages/(?!server/))" },
      to: {
        path: SERVER,
        pathNot: server(
          "((index|testing|contracts|websocket-service|doors/socketio/serve-io\\.fixture)\\.ts$|engines/redis/processes/)",
        ),
      },
    },
    ...Object.entries(SDK).map(([name, allowed]) => ({
      name: `${name}-imports-only-what-it-names`,
      severity: "error",
      from: { path: `^packages/${name}/src/`, pathNot: PROOF },
      to: {
        path: "^(packages|portals|conformance|bench|examples)/",
        pathNot: [name, ...allowed].map((each) => `^packages/${each}/src/`),
      },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|results|\\.nuxt|\\.output|\\.nitro)/" },
    tsPreCompilationDeps: true,
    builtInModules: { add: ["bun", "bun:test", "bun:sqlite"] },
    enhancedResolveOptions: {
      conditionNames: ["@altavoz/source", "import", "node", "default"],
      extensions: [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
