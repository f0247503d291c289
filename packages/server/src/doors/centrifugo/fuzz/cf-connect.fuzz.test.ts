import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { createGround } from "../../../hub/hub-ground.fixture.ts";
import { type HttpRequest, HubError } from "../../../hub/index.ts";
import { fuzz, fuzzSpoiled, spoilText } from "../../../kit/fuzz.fixture.ts";
import { decodeConnect } from "../json.ts";
import { type ConnectMessage, forApplication, ProtocolError, positionsOf, wishOf } from "../messages.ts";
import { createUniWebSocketRoute } from "../uni-websocket.ts";
import { drafts, type Meaning, meaningOf } from "./commands.fixture.ts";

const { hub, topics } = await createGround();
const route = createUniWebSocketRoute(
  { hub, topics, allowedOrigins: [], userIdHeader: "" },
  {
    path: "/connection/uni_websocket",
    maxMessageBytes: 65_536,
    compress: undefined,
    codes: new Map(),
    disableDisconnectPush: false,
  },
);

const payload = fc.jsonValue({ maxDepth: 3 });
const meaning: Meaning = {
  payload: (value) => JSON.stringify(value),
  isAbsent: (value) => value === undefined || value === null,
  compacts: true,
};
const connects = drafts(payload).filter(({ method }) => method === "connect");
/** How the request with this query is answered: the socket is opened, or the client is told why not. */
function knock(query: URLSearchParams): "opened" | "refused" {
  const request: HttpRequest = {
    method: "GET",
    path: route.path,
    query,
    remoteAddress: "127.0.0.1",
    host: "localhost",
    header: () => undefined,
    body: async () => new Uint8Array(),
  };
  const answer = route.handle(request);
  assert.ok(!(answer instanceof Promise));
  if (answer.kind === "upgrade") return "opened";
  assert.ok(answer.kind === "reply" && answer.status === 400);
  return "refused";
}

/** What is made of a connect request before anything of it is believed: values, or an error that names what is wrong. */
function use(message: ConnectMessage): string {
  assert.ok(message.headers.size <= 32);
  for (const [name, value] of message.headers) assert.equal(typeof name + typeof value, "stringstring");
  positionsOf(message.subs);
  const { data } = forApplication(message);
  if (typeof data === "string" && data !== "") JSON.parse(data);
  try {
    for (const each of message.subs.values()) wishOf(each);
  } catch (error) {
    assert.ok(error instanceof HubError, String(error));
    return "refused as a subscription";
  }
  return "opened";
}

describe("cf_connect", () => {
  fuzz("is read as it is meant", connects, (draft) => {
    const { type: _, ...expected } = meaningOf({ ...draft, id: 1 }, meaning).request as ConnectMessage & {
      type: string;
    };
    const query = new URLSearchParams({ cf_connect: JSON.stringify(draft.body) });
    assert.deepEqual(decodeConnect(query.get("cf_connect") ?? ""), expected);
    assert.equal(knock(query), "opened");
    return use(decodeConnect(query.get("cf_connect") ?? ""));
  });

  const readOrRefused = (text: string): string => {
    const query = new URLSearchParams(text);
    const outcome = knock(query);
    const given = query.get("cf_connect");
    if (given === null) return "not there";
    if (outcome === "refused") {
      assert.throws(() => decodeConnect(given), ProtocolError);
      return outcome;
    }
    return use(decodeConnect(given));
  };

  const bodies = connects.map(({ body }) => JSON.stringify(body));
  fuzzSpoiled(
    "is read or refused, however its JSON is spoiled",
    { right: bodies, spoil: (json, ids) => String(new URLSearchParams({ cf_connect: spoilText(json, ids) })) },
    readOrRefused,
  );
  fuzzSpoiled(
    "is read or refused, however its query is spoiled",
    { right: bodies.map((json) => String(new URLSearchParams({ cf_connect: json }))), spoil: spoilText },
    readOrRefused,
  );

  const anything = fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" }));
  fuzz(
    "is read or refused, whatever it is",
    anything.map((text) => `cf_connect=${text}`),
    readOrRefused,
  );
});
