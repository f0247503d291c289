/** The tenant of all tests. */
export const TENANT = "acme";
