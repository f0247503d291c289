import { type Catalogue, defineEvents } from "../define-events.ts";
import type { EventOf } from "../inference.ts";
import { billing } from "./billing.ts";
import { exams, proctoring, results } from "./certification.ts";
import { deployments } from "./deployments.ts";
import { metrics } from "./metrics.ts";
import { notifications } from "./notifications.ts";
import { monitoring, platform } from "./operations.ts";
import { auth, collaboration, presence } from "./people.ts";
import { sales } from "./sales.ts";

/** The definitions of the ready-made catalogue, to be spread into one's own: `defineEvents({ ...readyMade, … })`. */
export const readyMade = {
  ...deployments,
  ...billing,
  ...metrics,
  ...notifications,
  ...presence,
  ...auth,
  ...monitoring,
  ...platform,
  ...collaboration,
  ...exams,
  ...proctoring,
  ...results,
  ...sales,
};

/** Every event that Altavoz brings along. */
export const catalogue: Catalogue<typeof readyMade> = /* @__PURE__ */ defineEvents(readyMade);

type Ready = typeof catalogue;

export type DeploymentEvent = EventOf<Ready, keyof typeof deployments>;
export type BillingEvent = EventOf<Ready, keyof typeof billing>;
export type MetricsEvent = EventOf<Ready, keyof typeof metrics>;
export type NotificationEvent = EventOf<Ready, keyof typeof notifications>;
export type PresenceEvent = EventOf<Ready, keyof typeof presence>;
export type AuthEvent = EventOf<Ready, keyof typeof auth>;
export type MonitoringEvent = EventOf<Ready, keyof typeof monitoring>;
export type PlatformEvent = EventOf<Ready, keyof typeof platform>;
export type CollaborationEvent = EventOf<Ready, keyof typeof collaboration>;
export type ExamEvent = EventOf<Ready, keyof typeof exams>;
export type ProctoringEvent = EventOf<Ready, keyof typeof proctoring>;
export type ResultEvent = EventOf<Ready, keyof typeof results>;
export type SaleEvent = EventOf<Ready, keyof typeof sales>;
