import { doorContract } from "../door.contract.ts";
import { jsonDriver } from "./json-driver.fixture.ts";

doorContract("centrifugo, JSON over WebSocket", { driver: jsonDriver });
