/**
 * Signed overrides: `bgo_<environment>_<payload>_<mac>`. The payload is JSON in base64url, readable by whoever holds the
 * token; the MAC is under a key derived from KEY_SECRET, so that no SDK key's MAC can stand for it, and covers everything
 * before it. Only letters, digits, "-" and "_": fit for a URL, a header and a cookie as it is.
 */
import { constantTimeEqual, mac } from "../../ops/token.ts";

export interface SignedOverrides {
  environment: string;
  /** Flag key → variant. */
  flags: ReadonlyMap<string, string>;
  /** ms since epoch. */
  expiresAt: number;
  /** Since when the environment has allowed overrides (ms since epoch): allowed anew, it takes no older ones. */
  since: number;
  /** Id of the admin token that it was made with. */
  madeBy: string;
}

/** Characters: with its name and attributes it must fit into a cookie, of which browsers take 4096 bytes. */
export const MAX_TOKEN_LENGTH = 3800;
export const MAX_OVERRIDDEN_FLAGS = 50;
/** Seconds. */
export const MAX_LIFETIME_SECONDS = 7 * 24 * 3600;

const TOKEN = /^bgo_([a-z0-9-]{1,40})_([A-Za-z0-9_-]{1,3750})_([0-9a-f]{32})$/;

export async function signOverrides(secret: string, overrides: SignedOverrides): Promise<string> {
  const { environment, flags, expiresAt, since, madeBy } = overrides;
  const payload = { flags: Object.fromEntries(flags), expiresAt, since, madeBy };
  const body = `bgo_${environment}_${toBase64Url(JSON.stringify(payload))}`;
  return `${body}_${await mac(await keyFrom(secret), body)}`;
}

/** What a token says, when its MAC is right under one of `secrets`. Whether it counts is for the caller to decide. */
export async function verifyOverrides(secrets: readonly string[], token: string): Promise<SignedOverrides | undefined> {
  const match = token.length > MAX_TOKEN_LENGTH ? null : TOKEN.exec(token);
  if (match === null) return undefined;
  const [, environment = "", payload = "", given = ""] = match;
  const body = token.slice(0, token.length - given.length - 1);
  for (const secret of secrets) {
    if (!constantTimeEqual(await mac(await keyFrom(secret), body), given)) continue;
    const { flags, expiresAt, since, madeBy } = JSON.parse(fromBase64Url(payload)) as Omit<SignedOverrides, "flags"> & {
      flags: Record<string, string>;
    };
    return { environment, flags: new Map(Object.entries(flags)), expiresAt, since, madeBy };
  }
  return undefined;
}

function keyFrom(secret: string): Promise<string> {
  return mac(secret, "burgee overrides");
}

function toBase64Url(ascii: string): string {
  return btoa(ascii).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}
