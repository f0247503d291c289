import { listenerContract } from "../listener.contract.ts";
import { createNodeListener } from "./index.ts";

listenerContract("node", createNodeListener);
