/** The places where a request may carry overrides. The first one that has any decides. */
export const OVERRIDES_PARAMETER = "burgee-overrides";
export const OVERRIDES_HEADER = "x-flags-overrides";
const OVERRIDES_COOKIE = "burgee-overrides";

/** The parts of a request that may carry overrides. `url` is absolute. */
export interface PresentingRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Returns the overrides token of a request, valid or not: from the query, else the header, else the cookie. */
export function presentedOverrides({ url, headers }: PresentingRequest): string | undefined {
  const inQuery = url.includes(OVERRIDES_PARAMETER) ? new URL(url).searchParams.get(OVERRIDES_PARAMETER) : null;
  return inQuery ?? headers.get(OVERRIDES_HEADER) ?? cookieOf(headers.get("cookie"));
}

function cookieOf(cookies: string | null): string | undefined {
  if (cookies === null || !cookies.includes(OVERRIDES_COOKIE)) return undefined;
  return /(?:^|;) ?burgee-overrides=([^;]*)/.exec(cookies)?.[1];
}
