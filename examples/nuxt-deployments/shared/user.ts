export interface User {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly tenantName: string;
}

interface Request {
  readonly context: Readonly<Record<string, unknown>>;
}

/** Who is signed in; `server/middleware/session.ts` has put them there. */
export function userOf({ context }: Request): User {
  if (!context.user) throw Object.assign(new Error("not signed in"), { statusCode: 401 });
  return context.user as User;
}
