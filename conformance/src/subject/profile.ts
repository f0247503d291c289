import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Configurations in Centrifugo's own form, so that the reference server starts with the same file. */
export type ProfileName = "baseline" | "deadlines" | "crowded" | "tenants" | "features" | "doors";

interface Profile {
  readonly client: { readonly token: { readonly hmac_secret_key: string } };
  readonly http_api: { readonly key: string };
  readonly tenants?: readonly TenantProfile[];
}

interface TenantProfile {
  readonly id: string;
  /** Absent: the platform signs for it. */
  readonly token?: { readonly hmac_secret_key: string };
  readonly api_keys: readonly string[];
}

export const profileFile = (name: ProfileName): string =>
  fileURLToPath(new URL(`../../profiles/${name}.json`, import.meta.url));

export const readProfile = (name: ProfileName): Profile =>
  JSON.parse(readFileSync(profileFile(name), "utf8")) as Profile;
