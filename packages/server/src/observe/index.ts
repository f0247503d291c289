/** What operators look at: figures and health. */

export { lastingFamilies, type MetricFamily, mergeFamilies } from "./exposition.ts";
export { ailmentOf, createHealth, type HealthOptions } from "./health.ts";
export { type ApiCallFigures, createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
