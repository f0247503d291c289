import type { Scenario } from "../scenario.ts";
import { forgetfulNode } from "./forgetful-node.ts";

export const scenarios: readonly Scenario[] = [forgetfulNode];
