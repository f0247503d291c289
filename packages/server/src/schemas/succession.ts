import { isDeepStrictEqual } from "node:util";
import { HubError, type SchemaOrder, type SchemaRecord } from "../hub/index.ts";
import { findIncompatible } from "./compatibility.ts";

/** What an order makes of the schema that is there; the same when it says nothing new. Throws `HubError` badRequest. */
export function succeed(current: SchemaRecord | undefined, order: SchemaOrder): SchemaRecord {
  const { name, channels, schema, force } = order;
  if (current && isSame(current, order)) return current;
  const version = (current?.version ?? 0) + 1;
  if (order.version !== undefined && order.version !== version) {
    throw new HubError("badRequest", `version: the next version of ${name} is ${version}`);
  }
  if (current && !force) {
    const found = findIncompatible(JSON.parse(current.schema), JSON.parse(schema));
    if (found !== undefined) {
      throw new HubError(
        "badRequest",
        `not compatible with version ${current.version}: ${found}; say force to take it`,
      );
    }
  }
  return { name, version, channels, schema, fixed: false };
}

const isSame = (current: SchemaRecord, { channels, schema }: SchemaOrder): boolean =>
  isDeepStrictEqual(current.channels, channels) && isDeepStrictEqual(JSON.parse(current.schema), JSON.parse(schema));
