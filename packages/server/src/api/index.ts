/** The server API: what backends may ask of the hub over HTTP. */

export { type Api, type ApiCall, type ApiOptions, createApi } from "./api.ts";
