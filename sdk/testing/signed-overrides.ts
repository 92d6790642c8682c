import {
  OVERRIDES_HEADER,
  OVERRIDES_PARAMETER,
  presentedOverrides,
} from "../../src/http/overrides/presented-overrides.ts";

export interface SignOptions {
  /** URL of the deployment. */
  url: string;
  /** Admin token that may write. */
  adminToken: string;
  environment: string;
  /** Variants, by flag key. */
  flags: Readonly<Record<string, string>>;
  /** Lifetime, from 60 seconds to seven days. Default: one hour. */
  expiresInSeconds?: number;
  fetch?: typeof globalThis.fetch;
}

export interface SignedOverrides {
  token: string;
  expiresAt: Date;
  /** Headers for an OFREP provider, or for a browser that a test drives. */
  headers: [name: string, value: string][];
  /** Returns a link to a page of the app with these overrides. The app must pass them on ({@link overrideHeaders}). */
  linkTo(page: string | URL): string;
}

/**
 * Has a running Burgee sign overrides, for tests that drive an app from outside.
 *
 * @throws Error with the status and the body of the response if Burgee refuses them
 */
export async function signOverrides({ fetch = globalThis.fetch, ...options }: SignOptions): Promise<SignedOverrides> {
  const { url, adminToken, environment, flags, expiresInSeconds } = options;
  const response = await fetch(`${url.replace(/\/+$/, "")}/api/v1/environments/${environment}/overrides`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ flags, ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }) }),
  });
  if (!response.ok)
    throw new Error(`${url} refused the overrides with status ${response.status}: ${await response.text()}`);
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

/** A request of the Fetch API or of Node's `http` module. */
export interface AppRequest {
  url?: string | undefined;
  headers?: { get(name: string): string | null } | Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Returns headers for your app's OFREP provider with the overrides from a request to the app, or from the page's own
 * address. The query comes before the header, and the header before the cookie. The list is empty if there are no
 * overrides. The worker decides whether they are valid.
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
  // Any other text cannot be a token, and might break the app's own request if it became a header.
  return token !== undefined && /^[A-Za-z0-9_-]{1,4096}$/.test(token) ? [[OVERRIDES_HEADER, token]] : [];
}
