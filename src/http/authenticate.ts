import type { KeyTable, SdkKeyRecord } from "../flags/sdk-keys.ts";
import { constantTimeEqual, hashSecret, type KeyKind, verifyToken } from "../ops/token.ts";
import { HttpError } from "./errors.ts";
import { addressOf, type RateLimits, requireWithin } from "./limits.ts";

/** Tokens whose MAC was checked, per isolate. */
const MAX_REMEMBERED = 2000;

/** A token whose MAC is right. Whether it is revoked is for the environment's key table to say. */
export interface VerifiedToken {
  kind: KeyKind;
  /** Environment key, or the role of an admin token. */
  scope: string;
  id: string;
  secretHash: string;
}

/** Checks MACs, once per token and isolate: the hot path is one Map look-up. */
export class Authenticator {
  readonly #secrets: readonly string[];
  readonly #limits: Pick<RateLimits, "unknownKeys">;
  readonly #verified = new Map<string, VerifiedToken>();

  constructor(secrets: readonly string[], limits: Pick<RateLimits, "unknownKeys">) {
    this.#secrets = secrets;
    this.#limits = limits;
  }

  /** Without I/O and without a promise, when this isolate has seen the token before. */
  remembered(token: string): VerifiedToken | undefined {
    return this.#verified.get(token);
  }

  /** `headers`: of the request. @throws HttpError 401 when the token is forged or mistyped, 429 past the limit; no backend is asked */
  async verify(token: string | undefined, headers: Headers): Promise<VerifiedToken> {
    if (token === undefined) throw unauthorized("send a key as `Authorization: Bearer <key>` or `X-API-Key: <key>`");
    const known = this.#verified.get(token);
    if (known !== undefined) return known;
    const parts = token.length > 160 ? undefined : await verifyToken(this.#secrets, token);
    if (parts === undefined) {
      // Counted after the MAC was found wrong: what others of the same address try never refuses a right key.
      await requireWithin(
        this.#limits.unknownKeys,
        addressOf(headers),
        "requests with keys that are not of this deployment",
      );
      throw unauthorized("the key is not one of this deployment");
    }
    const verified = { kind: parts.kind, scope: parts.scope, id: parts.id, secretHash: await hashSecret(parts.secret) };
    if (this.#verified.size >= MAX_REMEMBERED) this.#verified.clear();
    this.#verified.set(token, verified);
    return verified;
  }
}

/** The token of a request, from either header. Another scheme's Authorization is a proxy's business in front of here. */
export function tokenOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== null && authorization.length > 7 && authorization.slice(0, 7).toLowerCase() === "bearer ")
    return authorization.slice(7).trim();
  return headers.get("x-api-key") ?? undefined;
}

/** False: the key is revoked, or newer than the table. */
export function isListed(token: VerifiedToken, keys: KeyTable): boolean {
  return Object.hasOwn(keys, token.id);
}

/** The key as the environment knows it. @throws HttpError 401 when it is revoked, 403 when its use is not allowed from this origin */
export function requireSdkKey(token: VerifiedToken, keys: KeyTable, request: Request): SdkKeyRecord {
  const record = isListed(token, keys) ? keys[token.id] : undefined;
  if (record === undefined || record.kind !== token.kind || !constantTimeEqual(record.hash, token.secretHash)) {
    throw unauthorized("the key is revoked");
  }
  if (record.origins.length === 0) return record;
  const origin = request.headers.get("origin");
  if (origin !== null && !record.origins.includes(origin)) {
    throw new HttpError(403, "the key may not be used from this origin");
  }
  return record;
}

/** An SDK key: client or server, never an admin token. */
export function requireSdkKind(token: VerifiedToken): VerifiedToken {
  if (token.kind === "admin") throw new HttpError(403, "evaluation takes a client or server key, not an admin token");
  return token;
}

function unauthorized(detail: string): HttpError {
  return new HttpError(401, detail, { headers: { "www-authenticate": 'Bearer realm="burgee"' } });
}
