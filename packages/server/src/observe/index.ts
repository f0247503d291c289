/** What operators look at: figures and health. */

export { createHealth, type HealthOptions } from "./health.ts";
export { type ApiCallFigures, createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
