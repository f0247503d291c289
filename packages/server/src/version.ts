/** Written here because a single binary has no package.json beside it; a test keeps them equal. */
export const version = "0.1.0";
