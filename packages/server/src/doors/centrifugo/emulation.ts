import { type Answer, type EmulatedCommands, emulate, type HttpRequest, type Route } from "../../hub/index.ts";
import { type DoorStep, refuse } from "../door-step.ts";
import { crossOriginRoutes } from "./cross-origin.ts";
import { type EmulatedOptions, isProtobuf } from "./http-stream.ts";
import { decodeEmulation as decodeJson } from "./json.ts";
import { ProtocolError } from "./messages.ts";
import { decodeEmulation as decodeProtobuf } from "./protobuf/protobuf.ts";

/** `/emulation`: further commands of a session whose stream is another response, perhaps of another node (reference 2.2). */
export function createEmulationRoutes({ hub, allowedOrigins }: DoorStep, options: EmulatedOptions): Route[] {
  const handle = async (request: HttpRequest): Promise<Answer> => {
    const body = await request.body(options.maxBodyBytes);
    let commands: EmulatedCommands;
    try {
      commands = isProtobuf(request) ? decodeProtobuf(body) : decodeJson(body);
    } catch (error) {
      if (error instanceof ProtocolError) return refuse(400, error.message);
      throw error;
    }
    if (!(await emulate(hub, commands))) return refuse(404, "no node of this name is alive");
    return { kind: "reply", status: 204 };
  };
  return crossOriginRoutes({ path: options.path, methods: ["POST"], allowedOrigins, handle });
}
