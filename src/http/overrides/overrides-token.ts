/**
 * Signed overrides: `bgo_<environment>_<payload>_<mac>`. The payload is JSON in base64url, which the holder of the
 * token can read. The MAC covers everything before it. Its key is derived from KEY_SECRET, so that the MAC of an SDK
 * key cannot take its place. The token consists of letters, digits, "-" and "_", so it needs no escaping in a URL,
 * header or cookie.
 */
import { fromBase64Url, toBase64Url } from "../../flags/formats/base64url.ts";
import { escapeNonAscii } from "../../flags/limits.ts";
import { constantTimeEqual, mac } from "../../ops/token.ts";

export interface SignedOverrides {
  environment: string;
  /** Variants by flag key. */
  flags: ReadonlyMap<string, string>;
  /** ms since epoch. */
  expiresAt: number;
  /**
   * When the environment began to allow overrides (ms since epoch). Overrides from before it last did so stay invalid.
   */
  since: number;
  /** Id of the admin token that signed the overrides. */
  madeBy: string;
}

/** In characters. With its name and attributes, the token must fit into a cookie of 4096 bytes. */
export const MAX_TOKEN_LENGTH = 3800;
export const MAX_OVERRIDDEN_FLAGS = 50;
export const MAX_LIFETIME_SECONDS = 7 * 24 * 3600;

const TOKEN = /^bgo_([a-z0-9-]{1,40})_([A-Za-z0-9_-]{1,3750})_([0-9a-f]{32})$/;

export async function signOverrides(secret: string, overrides: SignedOverrides): Promise<string> {
  const { environment, flags, expiresAt, since, madeBy } = overrides;
  const payload = { flags: Object.fromEntries(flags), expiresAt, since, madeBy };
  const body = `bgo_${environment}_${toBase64Url(escapeNonAscii(JSON.stringify(payload)))}`;
  return `${body}_${await mac(await keyFrom(secret), body)}`;
}

/** Returns the token's contents if its MAC is valid under one of `secrets`. The caller decides whether they apply. */
export async function verifyOverrides(secrets: readonly string[], token: string): Promise<SignedOverrides | undefined> {
  const match = token.length > MAX_TOKEN_LENGTH ? null : TOKEN.exec(token);
  if (match === null) return undefined;
  const [, environment = "", payload = "", presentedMac = ""] = match;
  const body = token.slice(0, token.length - presentedMac.length - 1);
  for (const secret of secrets) {
    if (!constantTimeEqual(await mac(await keyFrom(secret), body), presentedMac)) continue;
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
