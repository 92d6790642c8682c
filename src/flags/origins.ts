/** The origins that may use a client key: exact ones, and patterns with `*` for a subdomain, a host or a port. */

/** The parts of an origin or a pattern. A host can be empty, as in the origin `file://`. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\*\.|)(\*|\[[0-9a-f:.]+\]|[a-z0-9._~-]*)(?::(\d{1,5}|\*))?$/;
/** Hosts under which anybody can have a subdomain, besides the endings of SHARED_ENDING. */
const SHARED_HOSTS = new Set([
  "azurestaticapps.net",
  "azurewebsites.net",
  "blogspot.com",
  "cloudfront.net",
  "deno.dev",
  "firebaseapp.com",
  "fly.dev",
  "github.io",
  "gitlab.io",
  "herokuapp.com",
  "netlify.app",
  "onrender.com",
  "pages.dev",
  "surge.sh",
  "vercel.app",
  "web.app",
  "workers.dev",
]);
/** Endings such as `co.uk`, in which everybody registers names. */
const SHARED_ENDING = /^(?:ac|co|com|edu|gov|go|mil|ne|net|or|org)\.[a-z]{2}$/;

/**
 * Whether the text is an origin as browsers send it, or a pattern. A wildcard for subdomains requires https and a host
 * of two labels that belongs to one owner. `null` is not accepted: every sandboxed page has this origin.
 */
export function isOriginPattern(text: string): boolean {
  const [, scheme = "", subdomains, host = "", port] = ORIGIN.exec(text) ?? [];
  if (scheme === "") return false;
  if (scheme !== "http" && scheme !== "https") return subdomains === "";
  if (subdomains === "*." && !isOwnHost(scheme, host)) return false;
  const origin = `${scheme}://${host}${port === undefined || port === "*" ? "" : `:${port}`}`;
  return host !== "*" && URL.canParse(origin) && new URL(origin).origin === origin;
}

/** Whether a key with these origins may be used from `origin`, the `Origin` header of a request. */
export function allowsOrigin(allowed: readonly string[], origin: string): boolean {
  return allowed.includes(origin) || allowed.some((pattern) => pattern.includes("*") && isMatch(pattern, origin));
}

function isMatch(pattern: string, origin: string): boolean {
  const [, scheme, subdomains, host = "", port] = ORIGIN.exec(pattern) ?? [];
  const [, ownScheme, ownWildcard, ownHost = "", ownPort] = ORIGIN.exec(origin) ?? [];
  if (scheme === undefined || scheme !== ownScheme || ownWildcard !== "" || ownHost === "*" || ownPort === "*")
    return false;
  if (port !== "*" && port !== ownPort) return false;
  if (host === "*") return ownHost !== "";
  return subdomains === "*." ? ownHost.length > host.length + 1 && ownHost.endsWith(`.${host}`) : ownHost === host;
}

function isOwnHost(scheme: string, host: string): boolean {
  if (host === "localhost") return true;
  const isAddress = /^[\d.]+$|^\[/.test(host);
  return (
    scheme === "https" &&
    /^[^.]+\.[^.]/.test(host) &&
    !isAddress &&
    !SHARED_HOSTS.has(host) &&
    !SHARED_ENDING.test(host)
  );
}
