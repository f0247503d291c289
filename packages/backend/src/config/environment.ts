/** What the surroundings say. At the edge there may be none. */
export interface Environment {
  /** Where the hub answers: `CENTRIFUGO_URL`. */
  readonly url: string | undefined;
  /** The API key of the tenant or of the platform: `CENTRIFUGO_TOKEN`. */
  readonly key: string | undefined;
  /** What signs the tokens of users: `JWT_SECRET`. */
  readonly jwtSecret: string | undefined;
}

/** Read when it is needed, so that a test or a start-up file may still set it. */
export function readEnvironment(): Environment {
  const variables = typeof process === "undefined" ? {} : (process.env ?? {});
  return { url: variables.CENTRIFUGO_URL, key: variables.CENTRIFUGO_TOKEN, jwtSecret: variables.JWT_SECRET };
}
