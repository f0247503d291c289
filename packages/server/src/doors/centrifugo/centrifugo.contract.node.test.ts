import { doorContract } from "../door.contract.ts";
import { jsonDriver } from "./json-driver.fixture.ts";
import { protobufDriver } from "./protobuf/protobuf-driver.fixture.ts";

doorContract("centrifugo, JSON over WebSocket", { driver: jsonDriver });
doorContract("centrifugo, Protobuf over WebSocket", { driver: protobufDriver });
