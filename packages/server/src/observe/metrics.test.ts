import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ApiHouse, createApiHouse, httpRequest, PLATFORM_KEY } from "../api/api.fixture.ts";
import { createMetrics, type Metrics } from "./index.ts";

let house: ApiHouse;
let metrics: Metrics;

before(async () => {
  let observed: Metrics | undefined;
  house = await createApiHouse({ onCall: (call) => observed?.apiCall(call) });
  metrics = createMetrics({ hub: house.hub, declaredTenants: ["default"] });
  observed = metrics;
  house.hub.listen(metrics.listener);
});
after(async () => {
  metrics.stop();
  await house.stop();
});

async function scrape(): Promise<string> {
  const [route] = metrics.routes;
  const answer = await route?.handle(httpRequest("/metrics", "", { method: "GET", headers: {} }));
  assert.ok(answer?.kind === "reply" && answer.status === 200);
  assert.equal(answer.headers?.["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
  return String(answer.body);
}

const has = (text: string, line: string): void => assert.ok(text.includes(`${line}\n`), `${line} is not in\n${text}`);

describe("the metrics", () => {
  it("follow connections, subscriptions and publications", async () => {
    const anna = await house.join("default", "anna", ["kept:room"]);
    await house.join("acme", "berta", ["kept:room"]);
    await house.call("publish", { channel: "kept:room", data: 1, tenant: "acme" });
    await house.call("publish", { channel: "kept:room", data: 1 });
    await house.call("publish", { channel: "kept:room", data: 1, idempotency_key: "k" });
    await house.call("publish", { channel: "kept:room", data: 1, idempotency_key: "k" });
    const during = await scrape();
    has(during, "centrifugo_node_num_clients 2");
    has(during, "centrifugo_node_num_users 2");
    has(during, "centrifugo_node_num_subscriptions 2");
    has(during, "centrifugo_node_num_channels 2");
    has(during, "centrifugo_node_num_nodes 1");
    has(during, 'centrifugo_node_build{version="1.2.3"} 1');
    has(during, "active_connections 2");
    has(during, 'altavoz_tenant_connections{tenant="default"} 1');
    has(during, 'altavoz_tenant_connections{tenant="other"} 1');
    has(during, 'centrifugo_client_connections_inflight{transport="test",client_name=""} 2');
    has(during, 'events_published_total{namespace="kept",tenant_id="default"} 2');
    has(during, 'events_published_total{namespace="kept",tenant_id="other"} 1');
    has(during, 'event_publish_duration_seconds_bucket{le="0.01"} 3');
    has(during, "centrifugo_broker_publish_suppressed_count 1");
    has(during, "altavoz_deliveries_total 3");
    has(during, 'altavoz_tenant_deliveries_total{tenant="default"} 2');
    anna.session.disconnect({ code: 3008, reason: "slow" });
    const later = await scrape();
    has(later, 'centrifugo_client_num_server_disconnects{code="3008"} 1');
    has(later, 'centrifugo_client_connections_accepted{transport="test",client_name=""} 2');
    has(later, 'centrifugo_client_connections_inflight{transport="test",client_name=""} 1');
    has(later, 'altavoz_tenant_connections{tenant="default"} 0');
  });

  it("never name a tenant that is not declared", async () => {
    assert.ok(!(await scrape()).includes("acme"));
  });

  it("count commands of clients, recoveries, refusals and pongs", async () => {
    const { hub } = house;
    hub.emit({ type: "command", method: "subscribe", durationMs: 2, errorCode: 103 });
    hub.emit({ type: "command", method: "publish", durationMs: 2, errorCode: 0 });
    hub.emit({ type: "unsubscribed", tenant: "default", namespace: "", code: 2500 });
    hub.emit({ type: "unsubscribed", tenant: "default", namespace: "", code: 0 });
    hub.emit({ type: "recovered", tenant: "default", recovered: true, publications: 3 });
    hub.emit({ type: "recovered", tenant: "default", recovered: false, publications: 0 });
    hub.emit({ type: "insufficient_state", tenant: "default", subscribers: 5 });
    hub.emit({ type: "refused", reason: "connection_limit" });
    hub.emit({ type: "pong", transport: "websocket", roundTripMs: 30 });
    const text = await scrape();
    has(text, 'centrifugo_client_num_reply_errors{method="subscribe",code="103"} 1');
    has(text, 'centrifugo_client_command_duration_seconds_histogram_count{method="publish"} 1');
    has(text, 'centrifugo_client_num_server_unsubscribes{code="2500"} 1');
    assert.ok(!text.includes('unsubscribes{code="0"}'));
    has(text, 'centrifugo_client_recover{recovered="yes",has_recovered_publications="yes"} 1');
    has(text, 'centrifugo_client_recover{recovered="no",has_recovered_publications="no"} 1');
    has(text, "centrifugo_client_recovered_publications_sum 3");
    has(text, "altavoz_insufficient_state_total 1");
    has(text, "centrifugo_node_client_connection_limit 1");
    has(text, 'altavoz_connections_refused_total{reason="connection_limit"} 1');
    has(text, 'centrifugo_client_ping_pong_duration_seconds_bucket{transport="websocket",le="0.05"} 1');
  });

  it("count calls of the server API", async () => {
    await house.call("publish", { channel: "unknown:c", data: 1 }, PLATFORM_KEY);
    const text = await scrape();
    has(text, 'centrifugo_api_command_errors_total{protocol="http",method="publish",error="102"} 1');
    assert.match(
      text,
      /^centrifugo_api_command_duration_seconds_histogram_count\{protocol="http",method="publish"\} \d/m,
    );
  });

  it("tell what the process uses", async () => {
    const text = await scrape();
    for (const name of ["process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"]) {
      assert.match(text, new RegExp(`^${name} [0-9]`, "m"));
    }
    assert.match(text, /^altavoz_event_loop_lag_seconds_count \d+$/m);
  });

  it("are lines that Prometheus reads, each name described once", async () => {
    const text = await scrape();
    const names = new Set<string>();
    for (const line of text.trimEnd().split("\n")) {
      const [, described] = /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line) ?? [];
      if (described) {
        assert.ok(!names.has(described), described);
        names.add(described);
      } else {
        assert.match(
          line,
          /^(?:# HELP [a-z_]+ \S.*|[a-z_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? -?[0-9.e+-]+)$/,
        );
      }
    }
  });
});
