import { errors, type HubError } from "../hub/index.ts";

/** The protocol's error as JSON text. */
export const errorJson = ({ code, message }: HubError): string =>
  `{"code":${code},"message":${JSON.stringify(message)}}`;

const statuses: ReadonlyMap<number, number> = new Map([
  [errors.unauthorized.code, 401],
  [errors.unknownChannel.code, 404],
  [errors.permissionDenied.code, 403],
  [errors.methodNotFound.code, 404],
  [errors.tooManyRequests.code, 429],
  [errors.unrecoverablePosition.code, 416],
  [errors.concurrentPagination.code, 409],
  [errors.unavailable.code, 503],
  [errors.outcomeUnknown.code, 504],
]);

/**
 * The HTTP status of a refusal in the transport error mode. What the table does not name is the server's fault when trying
 * again may help, and the caller's when not; a limit that is exceeded (106) is therefore 400.
 */
export const statusOf = (error: HubError): number => statuses.get(error.code) ?? (error.temporary ? 500 : 400);
