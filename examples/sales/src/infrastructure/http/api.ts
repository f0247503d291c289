import { products } from "../../domain/products.ts";
import type { PaymentProcessingService } from "../../services/payment-processing.service.ts";
import type { CheckoutItem, VentasService } from "../../services/ventas.service.ts";
import type { LocalAccounts, SignedIn } from "../accounts/local-accounts.ts";

export interface ApiOptions {
  readonly ventas: VentasService;
  readonly payments: PaymentProcessingService;
  /** The roles that a token gives; rejects when it is not to be believed. */
  readonly rolesOf: (token: string) => Promise<readonly string[]>;
  /** Absent: people sign in with Firebase, which is not here. */
  readonly accounts?: LocalAccounts;
}

/** Answers requests to `/api` and `/auth`; `undefined`: this is not one of them. */
export type Api = (request: Request) => Promise<Response | undefined>;

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  /** Default: only administrators. */
  readonly isPublic?: boolean;
  answer(request: Request, id: string): unknown;
}

/** What the request has got wrong, with the status of the answer. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const ROLE = "ADMIN";
const COOKIE = "session";
const TOTAL_LIMIT = 1_000_000;
const QUANTITY_LIMIT = 100;

export function createApi(options: ApiOptions): Api {
  const routes = [...salesRoutes(options), ...(options.accounts ? accountRoutes(options.accounts) : [])];

  async function checkAdministrator({ headers }: Request): Promise<void> {
    const [, token = ""] = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "") ?? [];
    const roles = await options.rolesOf(token).catch(() => {
      throw new Refusal(401, "sign in first");
    });
    if (!roles.includes(ROLE)) throw new Refusal(403, `only for the role ${ROLE}`);
  }

  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!/^\/(api|auth)\//.test(pathname)) return undefined;
    try {
      for (const { method, path, isPublic = false, answer } of routes) {
        const found = path.exec(pathname);
        if (!found || method !== request.method) continue;
        if (!isPublic) await checkAdministrator(request);
        const answered = await answer(request, found[1] ?? "");
        return answered instanceof Response ? answered : Response.json(answered);
      }
      throw new Refusal(404, `there is no ${request.method} ${pathname}`);
    } catch (error) {
      if (error instanceof Refusal) return Response.json({ error: error.message }, { status: error.status });
      throw error;
    }
  };
}

const salesRoutes = ({ ventas, payments }: ApiOptions): Route[] => [
  { method: "GET", path: /^\/api\/sales$/, answer: () => ventas.list() },
  {
    method: "POST",
    path: /^\/api\/sales$/,
    answer: async (request) => {
      const { total } = await readBody(request);
      if (typeof total !== "number" || !(total > 0 && total <= TOTAL_LIMIT)) {
        throw new Refusal(400, `total: expected a number above 0 and up to ${TOTAL_LIMIT}`);
      }
      return ventas.create({ total });
    },
  },
  {
    method: "POST",
    path: /^\/api\/sales\/(\d+)\/payment$/,
    answer(_, id) {
      try {
        return payments.confirmPayment(Number(id));
      } catch (error) {
        throw error instanceof RangeError ? new Refusal(404, error.message) : error;
      }
    },
  },
  {
    method: "POST",
    path: /^\/api\/checkout$/,
    isPublic: true,
    answer: async (request) => {
      const { items } = await readBody(request);
      if (!Array.isArray(items) || items.length === 0 || items.length > products.length) {
        throw new Refusal(400, "items: expected at least one product, and each once");
      }
      return ventas.createFromCheckout({ items: items.map(toItem) });
    },
  },
];

function toItem(wanted: unknown): CheckoutItem {
  const { product: id, quantity } = (wanted ?? {}) as Readonly<Record<string, unknown>>;
  const product = products.find((each) => each.id === id);
  if (!product) throw new Refusal(400, `product: there is no ${JSON.stringify(id)}`);
  if (!Number.isInteger(quantity) || Number(quantity) < 1 || Number(quantity) > QUANTITY_LIMIT) {
    throw new Refusal(400, `quantity: expected a whole number from 1 to ${QUANTITY_LIMIT}`);
  }
  return { product: product.name, quantity: Number(quantity), price: product.price };
}

/** Signing in, where accounts are local. The page never holds what renews its tokens. */
function accountRoutes(accounts: LocalAccounts): Route[] {
  const welcome = (signedIn: SignedIn | undefined): Response => {
    // Nobody is signed in: that is no failure.
    if (!signedIn) return new Response(null, { status: 204 });
    const { user, token, session } = signedIn;
    return Response.json({ user, token }, { headers: { "set-cookie": cookie(session) } });
  };
  return [
    {
      method: "POST",
      path: /^\/auth\/sign-in$/,
      isPublic: true,
      answer: async (request) => {
        const { email, password } = await readBody(request);
        const signedIn = accounts.signIn(String(email), String(password));
        if (!signedIn) throw new Refusal(401, "wrong email or password");
        return welcome(signedIn);
      },
    },
    {
      method: "POST",
      path: /^\/auth\/token$/,
      isPublic: true,
      answer: ({ headers }) => welcome(accounts.renew(readCookie(headers.get("cookie") ?? ""))),
    },
    {
      method: "POST",
      path: /^\/auth\/sign-out$/,
      isPublic: true,
      answer: () => new Response(null, { status: 204, headers: { "set-cookie": `${cookie("")}; Max-Age=0` } }),
    },
  ];
}

const cookie = (session: string): string => `${COOKIE}=${session}; Path=/auth; HttpOnly; SameSite=Strict`;

const readCookie = (header: string): string =>
  header
    .split("; ")
    .find((each) => each.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1) ?? "";

async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  // A form of another site cannot have this type.
  if (request.headers.get("content-type") !== "application/json") throw new Refusal(415, "expected application/json");
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) throw new Refusal(400, "expected a JSON object");
  return body as Readonly<Record<string, unknown>>;
}
