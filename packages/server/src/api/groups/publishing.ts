import { HubError, type PublishRequest, publish } from "../../hub/index.ts";
import { compactJson } from "../../kit/raw-json.ts";
import { mapConcurrently } from "../concurrently.ts";
import { type Method, method } from "../method.ts";
import { bytes, payloadOf } from "../payload.ts";
import { errorJson } from "../refusal.ts";
import { about, flag, integer, json, list, map, optional, type Read, type Shape, text } from "../shape.ts";
import { positionJson, positionSchema } from "../values.ts";

/** Channels of one broadcast that are under way at a time. */
const PARALLEL = 32;

/** Null is data like any other, unlike in other members. */
const data: Shape<string | undefined> = {
  ...json,
  optional: true,
  read: (value, _path, written) => (value === undefined ? undefined : compactJson(written)),
};

const publication = {
  data: about(data, "Any JSON; clients get it as it was written."),
  b64data: about(bytes, "Bytes instead of data."),
  skip_history: about(optional(flag, false), "Send it, but do not keep it."),
  tags: optional(map(text), {}),
  idempotency_key: about(optional(text, ""), "The same key soon after gives the first result and publishes nothing."),
  delta: about(optional(flag, false), "May travel as the difference to the publication before."),
  version: about(optional(integer(0), 0), "Publish only when it is above the version that the channel has."),
  version_epoch: optional(text, ""),
};

function publishRequest(channel: string, fields: Read<typeof publication>): PublishRequest {
  const data = payloadOf(fields.data, fields.b64data);
  if (data === undefined)
    throw new HubError("badRequest", "data: expected any JSON here or base64 in b64data, found neither");
  return {
    channel,
    data,
    tags: fields.tags,
    skipHistory: fields.skip_history,
    idempotencyKey: fields.idempotency_key,
    version: fields.version,
    versionEpoch: fields.version_epoch,
    delta: fields.delta,
  };
}

export const publishing: readonly Method[] = [
  method({
    name: "publish",
    summary: "Publishes into a channel.",
    scope: "publish",
    request: { channel: text, ...publication },
    result: positionSchema,
    async run(hub, caller, fields) {
      const { position } = await publish(hub, caller, publishRequest(fields.channel, fields));
      return positionJson(position);
    },
  }),

  method({
    name: "broadcast",
    summary: "Publishes the same into many channels. A channel that refuses does not stop the others.",
    scope: "publish",
    request: { channels: list(text), ...publication },
    result: {
      type: "object",
      properties: {
        responses: {
          type: "array",
          description: "In the order of the channels.",
          items: {
            type: "object",
            properties: { result: positionSchema, error: { $ref: "#/components/schemas/Error" } },
          },
        },
      },
      required: ["responses"],
    },
    async run(hub, caller, fields) {
      if (fields.channels.length === 0) throw new HubError("badRequest", "channels: expected at least one, found none");
      const request = publishRequest("", fields);
      const responses = await mapConcurrently(fields.channels, PARALLEL, async (channel) => {
        try {
          const { position } = await publish(hub, caller, { ...request, channel });
          return `{"result":${positionJson(position)}}`;
        } catch (error) {
          if (error instanceof HubError) return `{"error":${errorJson(error)}}`;
          throw error;
        }
      });
      return `{"responses":[${responses.join(",")}]}`;
    },
  }),
];
