import type { NodeRef } from "../hub/index.ts";
import type { Schema } from "./shape.ts";

/** Of every result that is collected from all nodes. */
export const missingNodes: Readonly<Record<"missing_nodes", Schema>> = {
  missing_nodes: {
    type: "array",
    items: { type: "object", properties: { uid: { type: "string" }, name: { type: "string" } } },
    description: "Nodes that did not answer in time: what they hold is missing here. Absent when all did.",
  },
};

/** The member of the result; nothing when all nodes have answered. */
export const missingOf = (missing: readonly NodeRef[]): { missing_nodes?: readonly NodeRef[] } =>
  missing.length === 0 ? {} : { missing_nodes: missing };
