import fc from "fast-check";

/** `acme` and `a` sign their own tokens, the others' are the platform's; one id is the beginning of another. */
export const tenantIds = ["acme", "a", "a.b", "default"] as const;
export const signing: ReadonlySet<string> = new Set<string>(["acme", "a"]);
const users = ["42", "7", ""] as const;

/** Names that try to be somebody else's; `@` stands for any tenant's id. */
const nameForms = [
  "room",
  "$open:room",
  "open:room#42",
  "tenant:@:orders",
  "$tenant:@:orders",
  "tenant:@",
  "tenant:*:orders",
  "tenant:nobody:orders",
  "user:42:inbox",
  "user:@:inbox",
  "admin:alerts",
  "$admin:alerts",
  "system:status",
  "@/open:room",
  "/admin:alerts",
  "open:@/room",
  "open:room test",
  "open:room test jl",
  "unknown:@",
  "",
];
/** Where the tenants' own people meet, where they meet operators, and what neither should reach. */
const name = fc.oneof(
  fc.constant("open:room"),
  fc.constantFrom(...tenantIds).map((id) => `tenant:${id}:orders`),
  fc.tuple(fc.constantFrom(...nameForms), fc.constantFrom(...tenantIds)).map(([form, id]) => form.replace("@", id)),
);

export type Credential = "tenant" | "admin" | "forged-tenant" | "forged-admin";

interface By {
  readonly tenant: string;
  readonly node: number;
}

export interface Connecting extends By {
  readonly do: "connect";
  readonly as: Credential;
  readonly user: string;
  /** A channel that the token gives; "" for none. */
  readonly given: string;
}

export interface Asking extends By {
  readonly do: "subscribe" | "unsubscribe" | "publish" | "history" | "presence" | "stats" | "close";
  /** Which of the tenant's sessions. */
  readonly who: number;
  readonly channel: string;
  readonly token: boolean;
}

export interface ApiCall extends By {
  readonly do: "api";
  readonly call: (typeof apiCalls)[number];
  readonly key: "tenant" | "platform";
  /** The tenant that the request names. */
  readonly named: string;
  readonly channel: string;
  readonly user: string;
}

export type Step = Connecting | Asking | ApiCall;

const apiCalls = [
  "publish",
  "publish",
  "publish",
  "history",
  "presence",
  "stats",
  "channels",
  "info",
  "remove",
  "subscribe",
  "subscribe",
  "unsubscribe",
  "disconnect",
  "refresh",
] as const;

const anyone = { tenant: fc.constantFrom(...tenantIds), node: fc.nat(1) };

export const connecting = (crossing: boolean): fc.Arbitrary<Step> =>
  fc.record({
    ...anyone,
    do: fc.constant("connect" as const),
    as: crossing
      ? fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom<Credential>("tenant") },
          { weight: 2, arbitrary: fc.constantFrom<Credential>("admin") },
          { weight: 1, arbitrary: fc.constantFrom<Credential>("forged-tenant", "forged-admin") },
        )
      : fc.constant<Credential>("tenant"),
    user: fc.constantFrom(...users),
    given: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: name }),
  });

export const acting = (crossing: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      ...anyone,
      do: fc.constantFrom(
        ...(["subscribe", "subscribe", "subscribe", "publish", "publish", "unsubscribe"] as const),
        ...(["history", "presence", "stats", "close"] as const),
      ),
      who: fc.nat(5),
      channel: name,
      token: fc.boolean(),
    }),
    fc.record({
      ...anyone,
      do: fc.constant("api" as const),
      call: fc.constantFrom(...apiCalls),
      key: crossing ? fc.constantFrom("tenant" as const, "platform" as const) : fc.constant("tenant" as const),
      named: fc.oneof({ weight: 4, arbitrary: fc.constant("") }, fc.constantFrom(...tenantIds, "nobody")),
      channel: name,
      user: fc.constantFrom(...users),
    }),
  );
