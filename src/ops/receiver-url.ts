/** The longest URL of a receiver (characters). */
export const MAX_RECEIVER_URL = 2000;

/** Names that only resolve in private networks, or that no public authority assigns. */
const PRIVATE_SUFFIXES = ["localhost", "local", "internal", "intranet", "private", "lan", "home", "corp", "home.arpa"];
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export interface ReceiverRules {
  /** Accepts `http` and `https` at localhost as well, for development. */
  allowsLocalhost: boolean;
}

/**
 * Returns why the worker must not send to a URL, as the end of a sentence about it; `undefined` if it may. The URL
 * parser has already turned every notation of an IPv4 address (decimal, octal, hexadecimal, short, full-width digits)
 * into four decimal numbers.
 *
 * A public name can still resolve to a private address, which no code on Workers can find out before the request. A
 * Worker's requests leave from Cloudflare's network, which has no route to private addresses (docs/security.md).
 */
export function receiverProblem(text: string, { allowsLocalhost }: ReceiverRules): string | undefined {
  if (text.length > MAX_RECEIVER_URL) return `must not exceed ${MAX_RECEIVER_URL} characters`;
  const url = /^[\u0021-\u007E]+$/.test(text) ? URL.parse(text) : null;
  if (url === null) return "must be a URL of ASCII characters like https://hooks.example.com/burgee";
  if (url.username !== "" || url.password !== "") return "must not contain a user or a password";
  if (url.hash !== "") return "must not contain a fragment (#)";
  if (allowsLocalhost && LOOPBACK.test(url.hostname)) {
    return url.protocol === "https:" || url.protocol === "http:" ? undefined : "must begin with https:// or http://";
  }
  if (url.protocol !== "https:") return "must begin with https://";
  if (url.port !== "" && Number(url.port) < 1024) return "must use port 443 or a port from 1024 on";
  return hostProblem(url.hostname.replace(/\.$/, ""));
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith("[") || /^\d+(?:\.\d+){3}$/.test(host)) {
    return "must name a host; addresses are refused, because they can be those of a private network";
  }
  const isPrivate = PRIVATE_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  if (isPrivate || !host.includes(".")) return "must name a host of the public internet";
  return undefined;
}

/**
 * Returns a form of the URL for lists and the audit. Slack and others accept a message from everybody who knows the
 * path, so it is left out.
 */
export function shownReceiver(text: string): string {
  const url = URL.parse(text);
  if (url === null) return "(not a URL)";
  return url.pathname === "/" && url.search === "" ? `${url.origin}/` : `${url.origin}/…`;
}
