import { doorContract } from "../door.contract.ts";
import { plain } from "./driver/plain-driver.fixture.ts";

doorContract("plain", plain);
