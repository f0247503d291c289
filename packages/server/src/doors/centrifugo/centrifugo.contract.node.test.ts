import { doorContract } from "../door.contract.ts";
import { transports } from "./driver/transports.fixture.ts";

for (const [name, options] of Object.entries(transports)) doorContract(`centrifugo, ${name}`, options);
