import assert from "node:assert/strict";
import { it } from "node:test";
import * as backend from "./index.ts";

it("what the package offers changes only on purpose", () => {
  assert.deepEqual(Object.keys(backend).sort(), [
    "ApiFailure",
    "AuthMiddleware",
    "AuthPublisher",
    "AuthenticationError",
    "BasePublisher",
    "BillingPublisher",
    "CircuitOpenError",
    "CollaborationPublisher",
    "DeployPublisher",
    "DeploymentPublisher",
    "InvalidEventError",
    "MetricsPublisher",
    "MonitoringPublisher",
    "NotificationPublisher",
    "PresencePublisher",
    "Publisher",
    "QueueFullError",
    "RefusedError",
    "UnreachableError",
    "createServerApi",
    "mintConnectionToken",
    "mintSubscriptionToken",
    "systemClock",
    "systemRandom",
  ]);
});
