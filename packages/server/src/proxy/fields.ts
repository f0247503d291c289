import type { Payload, Tags } from "../hub/index.ts";
import { jsonOrBytes } from "../kit/json-or-bytes.ts";
import { compactJson, rawMember } from "../kit/raw-json.ts";
import { BackendFault } from "./backend-fault.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** An object in a backend's answer: its members in their types, absent and null being the same. */
export class Fields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #raw: string;
  readonly #path: string;

  private constructor(value: Readonly<Record<string, unknown>>, raw: string, path: string) {
    this.#value = value;
    this.#raw = raw;
    this.#path = path;
  }

  /** Throws `BackendFault` when the text is not a JSON object. */
  static parse(text: string): Fields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new BackendFault("wrong", "the answer is not JSON");
    }
    return Fields.#of(value, text, "the answer");
  }

  static #of(value: unknown, raw: string, path: string): Fields {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BackendFault("wrong", `${path} must be an object`);
    }
    return new Fields(value as Readonly<Record<string, unknown>>, raw, path);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined;
  }

  #rawOf(name: string): string {
    return rawMember(this.#raw, name) ?? "null";
  }

  #wrong(name: string, expected: string): BackendFault {
    return new BackendFault("wrong", `${this.#path}.${name} must be ${expected}`);
  }

  text(name: string): string {
    const value = this.#own(name) ?? "";
    if (typeof value !== "string") throw this.#wrong(name, "a string");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#own(name) ?? false;
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  number(name: string): number {
    const value = this.#own(name) ?? 0;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw this.#wrong(name, "a whole number of at least 0");
    }
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.#own(name) ?? [];
    if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
    throw this.#wrong(name, "an array of strings");
  }

  tags(name: string): Tags {
    const value = this.#own(name) ?? {};
    if (
      typeof value === "object" &&
      !Array.isArray(value) &&
      Object.values(value).every((v) => typeof v === "string")
    ) {
      return value as Tags;
    }
    throw this.#wrong(name, "an object of strings");
  }

  any(name: string): unknown {
    return this.#own(name);
  }

  fields(name: string): Fields | undefined {
    const value = this.#own(name);
    return value === undefined ? undefined : Fields.#of(value, this.#rawOf(name), `${this.#path}.${name}`);
  }

  /** The members of an object of objects. */
  entries(name: string): readonly (readonly [string, Fields])[] {
    const outer = this.fields(name);
    if (!outer) return [];
    return Object.keys(outer.#value).map((key) => {
      const inner = outer.fields(key);
      return [key, inner ?? Fields.#of({}, "{}", `${outer.#path}.${key}`)] as const;
    });
  }

  /** JSON text of an object. */
  json(name: string): string | undefined {
    return this.fields(name) ? compactJson(this.#rawOf(name)) : undefined;
  }

  /** A pair such as `data` and `b64data`, of which the latter counts when it is not empty. */
  payload(name: string): Payload | undefined {
    const encoded = this.text(`b64${name}`);
    if (encoded === "") return this.#own(name) === undefined ? undefined : compactJson(this.#rawOf(name));
    if (!BASE64.test(encoded)) throw this.#wrong(`b64${name}`, "base64");
    return jsonOrBytes(new Uint8Array(Buffer.from(encoded, "base64")));
  }
}
