/** `@altavoz/events`: a hand-written list; what is not here is not public. */
export {
  type AuthEvent,
  type BillingEvent,
  type CollaborationEvent,
  catalogue,
  type DeploymentEvent,
  type ExamEvent,
  type MetricsEvent,
  type MonitoringEvent,
  type NotificationEvent,
  type PlatformEvent,
  type PresenceEvent,
  type ProctoringEvent,
  type ResultEvent,
  readyMade,
  type SaleEvent,
} from "./catalogue/ready-made.ts";
export { channelName, type NamesOf, type ParamsOf } from "./channel-pattern.ts";
export { type Catalogue, type CatalogueOptions, defineEvents, type NewEvent } from "./define-events.ts";
export { type Definitions, type EventDefinition, family } from "./definition.ts";
export type { Known } from "./definition-index.ts";
export type { EventEnvelope, LooseEvent } from "./envelope.ts";
export { type AsyncApiInfo, toAsyncApi } from "./formats/async-api.ts";
export { type CloudEvent, type CloudEventNames, fromCloudEvent, toCloudEvent } from "./formats/cloud-event.ts";
export { fromHttpMessage, type HttpMessage, type HttpMode, toHttpMessage } from "./formats/cloud-event-http.ts";
export { channelJsonSchema, eventJsonSchema, type JsonSchema, type JsonSchemaDraft } from "./formats/json-schema.ts";
export type {
  ChannelOf,
  DataInput,
  DataOf,
  EventOf,
  EventsOn,
  HasDefinitions,
  PatternsOf,
  TypeOf,
  TypesOn,
} from "./inference.ts";
export { type EventIssue, InvalidEventError } from "./issue.ts";
export { type Clock, systemClock } from "./kit/clock.ts";
export { createIds, type Ids } from "./kit/ids.ts";
export type { ReadContext, ReadResult } from "./read-event.ts";
