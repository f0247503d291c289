import type { Directory } from "../ports/directory.ts";
import { HubError } from "./errors.ts";
import { type Namespace, type ScopeName, scopeNames } from "./namespace.ts";
import { isTenantId, type Tenant } from "./tenant.ts";

/** Tenant and channel name joined. Opaque: only this file makes one. */
export type ChannelKey = string & { readonly __channelKey: never };

/** How channel names are read (configuration `channel.*`). */
export interface ChannelRules {
  readonly maxLength: number;
  readonly privatePrefix: string;
  readonly namespaceBoundary: string;
  readonly userBoundary: string;
  readonly userSeparator: string;
}

/** A channel name whose owner is known. Who may use it is the gate's question. */
export interface Channel {
  readonly key: ChannelKey;
  /** As clients write it. */
  readonly name: string;
  /** The tenant it belongs to; `PLATFORM_ID` for the platform's own. */
  readonly owner: string;
  /** A built-in scope, or a declared namespace under Centrifugo's rules. */
  readonly scope: ScopeName | "namespace";
  readonly namespace: Namespace;
  /** The name begins with the private prefix: only a subscription token opens it. */
  readonly isPrivate: boolean;
  /** Scope `user`: whose channel it is. Otherwise empty. */
  readonly user: string;
  /** The users named after the user boundary; empty when there is none. */
  readonly allowedUsers: readonly string[];
  /** What `channel_regex` is matched against. */
  readonly rest: string;
  /** Scope `tenant`: what comes after the tenant. Otherwise empty. */
  readonly resource: string;
  /** The operators' channel of a resource over all tenants. */
  readonly isWildcard: boolean;
}

/** Whose names are being read. */
export interface NameReader {
  readonly tenant: Tenant;
  /** A platform credential: may name channels of any tenant and of the platform. */
  readonly crossesTenants: boolean;
}

export interface NameContext {
  readonly rules: ChannelRules;
  readonly directory: Directory;
}

/**
 * Finds the owner of a channel name. The only place where a tenant and a channel name meet.
 *
 * Throws `HubError` unknownChannel, badRequest or permissionDenied; the text names the accepted forms and says the
 * same whether or not another tenant exists.
 */
export function resolveChannel(name: string, reader: NameReader, context: NameContext): Channel {
  const { rules } = context;
  if (name === "") throw new HubError("badRequest", "the channel is empty");
  if (Buffer.byteLength(name) > rules.maxLength) {
    throw new HubError("badRequest", `the channel is longer than ${rules.maxLength} bytes`);
  }
  const isPrivate = rules.privatePrefix !== "" && name.startsWith(rules.privatePrefix);
  const bare = isPrivate ? name.slice(rules.privatePrefix.length) : name;
  const boundary = rules.namespaceBoundary === "" ? -1 : bare.indexOf(rules.namespaceBoundary);
  const prefix = boundary === -1 ? "" : bare.slice(0, boundary);
  const rest = boundary === -1 ? bare : bare.slice(boundary + rules.namespaceBoundary.length);
  const parts: NameParts = { name, prefix, rest, isPrivate };
  if (isScopeName(prefix)) {
    const scoped = resolveScope(prefix, parts, { reader, context });
    if (scoped) return scoped;
  }
  return resolveNamespace(parts, reader, context);
}

interface NameParts {
  readonly name: string;
  readonly prefix: string;
  readonly rest: string;
  readonly isPrivate: boolean;
}

const isScopeName = (text: string): text is ScopeName => (scopeNames as readonly string[]).includes(text);

/** `undefined`: not of the scope's form, and a declared namespace of that name takes the other forms. */
function resolveScope(
  scope: ScopeName,
  parts: NameParts,
  { reader, context }: { reader: NameReader; context: NameContext },
): Channel | undefined {
  const { rules, directory } = context;
  const cut = parts.rest.indexOf(rules.namespaceBoundary);
  const id = cut === -1 ? "" : parts.rest.slice(0, cut);
  const resource = cut === -1 ? "" : parts.rest.slice(cut + rules.namespaceBoundary.length);
  const twoPart = scope === "admin" || scope === "system";
  if (twoPart ? parts.rest === "" : id === "" || resource === "") {
    if (reader.tenant.namespace(scope)?.builtin === false) return undefined;
    throw new HubError(
      "badRequest",
      `"${shorten(parts.name)}" is incomplete; ${acceptedForms(parts.name, reader, rules)}`,
    );
  }
  let owner = reader.tenant;
  if (scope === "tenant" && id !== reader.tenant.id) {
    const other =
      id === "*" && reader.crossesTenants
        ? directory.platform
        : reader.crossesTenants && isTenantId(id)
          ? directory.tenant(id)
          : undefined;
    if (!other) {
      const own = `tenant${rules.namespaceBoundary}${reader.tenant.id}${rules.namespaceBoundary}{resource}`;
      if (!reader.crossesTenants) throw new HubError("permissionDenied", `this credential reaches only ${own}`);
      throw new HubError("unknownChannel", `there is no tenant "${shorten(id)}"`);
    }
    owner = other;
  }
  if (twoPart) owner = directory.platform;
  const namespace = owner.namespace(scope);
  if (!namespace) throw new HubError("unknownChannel", `there is no namespace "${scope}"`);
  checkCharacters(parts.name, namespace.channelRegex);
  return {
    key: joinKey(owner.id, parts.name),
    name: parts.name,
    owner: owner.id,
    scope,
    namespace,
    isPrivate: parts.isPrivate,
    user: scope === "user" ? id : "",
    allowedUsers: [],
    rest: parts.rest,
    resource: scope === "tenant" ? resource : "",
    isWildcard: scope === "tenant" && id === "*",
  };
}

function resolveNamespace(parts: NameParts, reader: NameReader, context: NameContext): Channel {
  const { rules } = context;
  const namespace = reader.tenant.namespace(parts.prefix);
  if (!namespace) {
    const forms = acceptedForms(parts.name, reader, rules);
    throw new HubError("unknownChannel", `no namespace "${shorten(parts.prefix)}" is declared; ${forms}`);
  }
  checkCharacters(parts.name, namespace.channelRegex);
  const mark = rules.userBoundary === "" ? -1 : parts.name.lastIndexOf(rules.userBoundary);
  return {
    key: joinKey(reader.tenant.id, parts.name),
    name: parts.name,
    owner: reader.tenant.id,
    scope: "namespace",
    namespace,
    isPrivate: parts.isPrivate,
    user: "",
    allowedUsers: mark === -1 ? [] : parts.name.slice(mark + rules.userBoundary.length).split(rules.userSeparator),
    rest: parts.rest,
    resource: "",
    isWildcard: false,
  };
}

/** The operators' channel of the resource that a tenant's channel is about; `undefined` for every other channel. */
export function wildcardOf(channel: Channel, context: NameContext): Channel | undefined {
  if (channel.resource === "" || channel.isWildcard) return undefined;
  const { namespaceBoundary: boundary } = context.rules;
  const operators: NameReader = { tenant: context.directory.platform, crossesTenants: true };
  return resolveChannel(`tenant${boundary}*${boundary}${channel.resource}`, operators, context);
}

/** Tenant ids have no slash, so the first one ends the tenant. */
function joinKey(owner: string, name: string): ChannelKey {
  return `${owner}/${name}` as ChannelKey;
}

function checkCharacters(name: string, regex: RegExp | undefined): void {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) throw new HubError("badRequest", "the channel holds a control character");
    if (code > 0x7f && !regex) {
      throw new HubError("badRequest", "the channel holds a character outside ASCII; set channel_regex to allow it");
    }
  }
  // Half a surrogate pair becomes the same replacement character as any other half on its way through UTF-8.
  if (!name.isWellFormed()) throw new HubError("badRequest", "the channel is not well-formed Unicode");
}

const shorten = (text: string): string => (text.length > 48 ? `${text.slice(0, 48)}…` : text);

/** A scope's word and what follows it, joined by anything but the right boundary. */
const NEAR_SCOPE = /^(tenant|user|admin|system)(?![A-Za-z])[-_./:]*(.*)$/;

/** What a name that fits no form was probably meant to be; "" when nothing comes to mind. */
function meant(name: string, own: string, boundary: string): string {
  const [, scope, rest = ""] = NEAR_SCOPE.exec(name) ?? [];
  if (scope === undefined) return name.includes(boundary) ? "" : ["tenant", own, name].join(boundary);
  if (scope === "admin" || scope === "system") return [scope, rest || "{resource}"].join(boundary);
  const [id, ...resource] = rest.split(/[-_./:]+/);
  return [scope, id || "{id}", resource.join(boundary) || "{resource}"].join(boundary);
}

/** What `name` was probably meant to be, and the forms of names that this reader may write; for error texts. */
export function acceptedForms(name: string, reader: NameReader, rules: ChannelRules): string {
  const b = rules.namespaceBoundary;
  const own = reader.tenant.id;
  const guess = meant(shorten(name), own, b);
  const forms = `write tenant${b}${own}${b}{resource}, user${b}{userId}${b}{resource}, admin${b}{resource}, system${b}{resource}, or {namespace}${b}{name} of a declared namespace`;
  return guess === "" ? forms : `did you mean "${guess}"? Otherwise ${forms}`;
}
