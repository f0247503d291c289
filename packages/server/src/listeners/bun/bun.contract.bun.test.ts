import { listenerContract } from "../listener.contract.ts";
import { createBunListener } from "./index.ts";

listenerContract("bun", createBunListener);
