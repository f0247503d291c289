import { doorContract } from "../door.contract.ts";
import { overWebSocket } from "./driver/socketio-driver.fixture.ts";

doorContract("socketio, over a WebSocket", overWebSocket);
