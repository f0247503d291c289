import type { Centrifuge } from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import { everyWay, type Way } from "./ways.ts";

/**
 * Every way, those of Protobuf with the payloads as bytes: patches build upon the bytes of the publication before, so
 * nobody may decode these in between. `readPayload` decodes what an application gets.
 */
export const everyWayInBytes: readonly Way[] = everyWay.map((way) =>
  way.name.startsWith("Protobuf") ? { ...way, client: protobufClient(way.name.endsWith("http_stream")) } : way,
);

/** The package types both clients as classes of their own, although one extends the other. */
const asClient = (client: object): Centrifuge => client as Centrifuge;

function protobufClient(streams: boolean): Way["client"] {
  if (!streams) return (url, options) => asClient(new ProtobufCentrifuge(url, options));
  return (url, options) => {
    const base = new URL(url).origin.replace(/^ws/, "http");
    const endpoint = `${base}/connection/http_stream`;
    const emulation = { emulationEndpoint: `${base}/emulation` };
    return asClient(new ProtobufCentrifuge([{ transport: "http_stream", endpoint }], { ...options, ...emulation }));
  };
}

export const readPayload = (data: unknown): unknown =>
  data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data;
