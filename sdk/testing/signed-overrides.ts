import {
  OVERRIDES_HEADER,
  OVERRIDES_PARAMETER,
  presentedOverrides,
} from "../../src/http/overrides/presented-overrides.ts";

export interface SignOptions {
  /** The deployment. */
  url: string;
  /** One that may write. */
  adminToken: string;
  environment: string;
  /** Flag key → variant. */
  flags: Readonly<Record<string, string>>;
  /** At least 60, at most seven days. Left out: an hour. */
  expiresInSeconds?: number;
  fetch?: typeof globalThis.fetch;
}

export interface SignedOverrides {
  token: string;
  expiresAt: Date;
  /** For an OFREP provider, or for a browser that a test drives. */
  headers: [name: string, value: string][];
  /** A page of the app with them, if the app passes overrides on ({@link overrideHeaders}). */
  linkTo(page: string | URL): string;
}

/** Overrides that a running Burgee signs, for tests that drive an app from outside. @throws Error with what it answered */
export async function signOverrides({ fetch = globalThis.fetch, ...options }: SignOptions): Promise<SignedOverrides> {
  const { url, adminToken, environment, flags, expiresInSeconds } = options;
  const response = await fetch(`${url.replace(/\/+$/, "")}/api/v1/environments/${environment}/overrides`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ flags, ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }) }),
  });
  if (!response.ok) throw new Error(`overrides were refused with ${response.status}: ${await response.text()}`);
  const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string };
  return {
    token,
    expiresAt: new Date(expiresAt),
    headers: [[OVERRIDES_HEADER, token]],
    linkTo(page) {
      const link = new URL(page);
      link.searchParams.set(OVERRIDES_PARAMETER, token);
      return link.href;
    },
  };
}

/** A request as the web has them, or as Node's http module does. */
export interface AppRequest {
  url?: string | undefined;
  headers?: { get(name: string): string | null } | Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The overrides that came with a request to your app, or are in the page's own address, as headers for its OFREP provider:
 * query before header before cookie. Empty where there are none. Whether they count is for the worker to decide.
 */
export function overrideHeaders(request: string | AppRequest): [name: string, value: string][] {
  const { url = "/", headers = {} } = typeof request === "string" ? { url: request } : request;
  const get = (name: string): string | null => {
    if (typeof headers.get === "function") return (headers.get as (name: string) => string | null)(name);
    const value = (headers as Readonly<Record<string, string | string[] | undefined>>)[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  const base = "http://app.invalid";
  const href = URL.canParse(url, base) ? new URL(url, base).href : base;
  const token = presentedOverrides({ url: href, headers: { get } });
  // Anything else is no token, and might not even be a header.
  return token !== undefined && /^[A-Za-z0-9_-]{1,4096}$/.test(token) ? [[OVERRIDES_HEADER, token]] : [];
}
