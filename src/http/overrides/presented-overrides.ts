/** Where a request may carry overrides. The first place that has any decides; the others are not looked at. */
export const OVERRIDES_PARAMETER = "burgee-overrides";
export const OVERRIDES_HEADER = "x-flags-overrides";
const OVERRIDES_COOKIE = "burgee-overrides";

/** As much of a Request as overrides are looked for in; `url` is absolute. */
export interface PresentingRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** The overrides that a request carries, whatever they are worth: query before header before cookie. */
export function presentedOverrides({ url, headers }: PresentingRequest): string | undefined {
  const inQuery = url.includes(OVERRIDES_PARAMETER) ? new URL(url).searchParams.get(OVERRIDES_PARAMETER) : null;
  return inQuery ?? headers.get(OVERRIDES_HEADER) ?? cookieOf(headers.get("cookie"));
}

function cookieOf(cookies: string | null): string | undefined {
  if (cookies === null || !cookies.includes(OVERRIDES_COOKIE)) return undefined;
  return /(?:^|;) ?burgee-overrides=([^;]*)/.exec(cookies)?.[1];
}
