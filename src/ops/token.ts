/**
 * SDK keys and admin tokens: `bg<kind>_<owner>_<id>_<secret>_<mac>`.
 *
 * - `kind` is c for client, s for server or a for admin.
 * - `owner` is the environment, or the role of an admin token.
 * - `id` names the row in `sdk_keys`.
 * - `secret` is stored only as its SHA-256.
 * - `mac` is the HMAC-SHA256 of everything before it under KEY_SECRET, cut to 128 bits. A forged or mistyped key is
 *   refused without a call to a backend.
 *
 * No part contains "_" or ",". OFREP clients cannot send a comma in a header setting.
 */

export type SdkKeyKind = "client" | "server";
export type KeyKind = SdkKeyKind | "admin";
export type AdminRole = "write" | "read";

/** The parts of a token. */
export type KeyToken = { id: string; secret: string } & (
  | { kind: SdkKeyKind; environment: string }
  | { kind: "admin"; role: string }
);

const KIND_LETTERS: Record<KeyKind, string> = { client: "c", server: "s", admin: "a" };
const KINDS: Record<string, KeyKind> = { c: "client", s: "server", a: "admin" };
const TOKEN = /^bg([csa])_([a-z0-9-]{1,40})_([A-Za-z0-9]{12})_([A-Za-z0-9]{24})_([0-9a-f]{32})$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const encoder = new TextEncoder();

/** Creates a key. Returns the token, which is shown once, and the id and secret hash, which the store keeps. */
export async function mintKey(
  secret: string,
  kind: KeyKind,
  owner: string,
): Promise<{ token: string; id: string; secretHash: string }> {
  const id = randomText(12);
  const secretPart = randomText(24);
  const body = `bg${KIND_LETTERS[kind]}_${owner}_${id}_${secretPart}`;
  return { token: `${body}_${await mac(secret, body)}`, id, secretHash: await hashSecret(secretPart) };
}

/** Returns the token's parts if its MAC is valid under one of `secrets` (the current one, then the previous one). */
export async function verifyToken(secrets: readonly string[], token: string): Promise<KeyToken | undefined> {
  const match = TOKEN.exec(token);
  if (!match) return undefined;
  const [, letter = "", owner = "", id = "", secret = "", presentedMac = ""] = match;
  const body = token.slice(0, token.length - presentedMac.length - 1);
  for (const candidate of secrets) {
    if (!constantTimeEqual(await mac(candidate, body), presentedMac)) continue;
    const kind = KINDS[letter] ?? "client";
    return kind === "admin" ? { kind, role: owner, id, secret } : { kind, environment: owner, id, secret };
  }
  return undefined;
}

/** Returns the hash of a key's secret part, as the store keeps it. */
export function hashSecret(secretPart: string): Promise<string> {
  return sha256Hex(secretPart);
}

/** Returns the SHA-256 of a text's UTF-8 in hex. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** Compares two texts in a time that depends only on their lengths, which are public. */
export function constantTimeEqual(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** Returns the first 128 bits of the HMAC-SHA256 in hex. */
export async function mac(secret: string, body: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return hex(await crypto.subtle.sign("HMAC", key, encoder.encode(body))).slice(0, 32);
}

/** Returns random text. Bytes past the last whole multiple of the alphabet are discarded, so it is uniform. */
function randomText(length: number): string {
  let text = "";
  const limit = 256 - (256 % ALPHABET.length);
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && text.length < length) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** Returns bytes in hex. */
export function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
