import { doorContract } from "../door.contract.ts";
import { transports } from "./driver/socketio-driver.fixture.ts";

for (const [name, options] of Object.entries(transports)) doorContract(`socketio, ${name}`, options);
