import { allowsOrigin } from "../flags/origins.ts";
import type { KeyTable, SdkKeyRecord } from "../flags/sdk-keys.ts";
import { constantTimeEqual, hashSecret, type SdkKeyKind, verifyToken } from "../ops/token.ts";
import type { RequestFacts } from "../ops/runtime.ts";
import { HttpError } from "./errors.ts";
import { addressOf, type RateLimits, requireWithin } from "./limits.ts";
import { RememberedTokens } from "./remembered-tokens.ts";

const MAX_REMEMBERED = 2000;
/** No token of this deployment is longer. */
const MAX_TOKEN_LENGTH = 160;

/** An SDK key whose MAC is valid. The environment's key table decides whether it is revoked. */
export interface VerifiedSdkKey {
  kind: SdkKeyKind;
  environment: string;
  id: string;
  secretHash: string;
}

/** An admin token whose MAC is valid. Its row in the store decides whether it is revoked. */
interface VerifiedAdminToken {
  kind: "admin";
  id: string;
  secretHash: string;
}

export type VerifiedToken = VerifiedSdkKey | VerifiedAdminToken;

/** Verifies MACs, once per token and isolate: on the hot path a token costs one look-up in a Map. */
export class Authenticator {
  readonly #secrets: readonly string[];
  readonly #limits: Pick<RateLimits, "unknownKeys">;
  readonly #remembered = new RememberedTokens<VerifiedToken>(MAX_REMEMBERED);

  constructor(secrets: readonly string[], limits: Pick<RateLimits, "unknownKeys">) {
    this.#secrets = secrets;
    this.#limits = limits;
  }

  /** The number of remembered tokens. */
  get size(): number {
    return this.#remembered.size;
  }

  /** Returns a token that this isolate has verified before, without a promise. */
  remembered(token: string): VerifiedToken | undefined {
    return this.#remembered.get(token);
  }

  /**
   * Verifies a token without asking a backend. `headers` are those of the request.
   * @throws HttpError 401 if the token is missing, forged or mistyped, 429 past the limit for such tokens
   */
  async verify(token: string | undefined, headers: Headers): Promise<VerifiedToken> {
    if (token === undefined) throw unauthorized("send a key as `Authorization: Bearer <key>` or `X-API-Key: <key>`");
    const remembered = this.#remembered.get(token);
    if (remembered !== undefined) return remembered;
    const parts = token.length > MAX_TOKEN_LENGTH ? undefined : await verifyToken(this.#secrets, token);
    if (parts === undefined) {
      // Only invalid tokens count, so that other callers at the same address cannot get a valid key refused.
      await requireWithin(this.#limits.unknownKeys, addressOf(headers), "requests with keys of other deployments");
      throw unauthorized("the key does not belong to this deployment");
    }
    const { id } = parts;
    const secretHash = await hashSecret(parts.secret);
    const verified: VerifiedToken =
      parts.kind === "admin"
        ? { kind: "admin", id, secretHash }
        : { kind: parts.kind, environment: parts.environment, id, secretHash };
    this.#remembered.set(token, verified);
    return verified;
  }
}

/** Returns the token of a request from either header. An Authorization of another scheme is meant for a proxy. */
export function tokenOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== null && authorization.length > 7 && authorization.slice(0, 7).toLowerCase() === "bearer ")
    return authorization.slice(7).trim();
  return headers.get("x-api-key") ?? undefined;
}

/**
 * Returns the key's row in the environment's table. @throws HttpError 401 if it has none, 403 for a forbidden origin
 */
export function requireSdkKey(key: VerifiedSdkKey, keys: KeyTable, request?: RequestFacts): SdkKeyRecord {
  const record = Object.hasOwn(keys, key.id) ? keys[key.id] : undefined;
  if (record === undefined || record.kind !== key.kind || !constantTimeEqual(record.hash, key.secretHash)) {
    throw unauthorized("the SDK key is revoked");
  }
  if (record.origins.length === 0) return record;
  const origin = request?.headers.get("origin") ?? null;
  if (origin !== null && !allowsOrigin(record.origins, origin)) {
    throw new HttpError(403, "the SDK key may not be used from this origin");
  }
  return record;
}

/** @throws HttpError 403 for an admin token */
export function requireSdkKind(token: VerifiedToken): VerifiedSdkKey {
  if (token.kind === "admin")
    throw new HttpError(403, "evaluation requires a client or server key, not an admin token");
  return token;
}

function unauthorized(detail: string): HttpError {
  return new HttpError(401, detail, { headers: { "www-authenticate": 'Bearer realm="burgee"' } });
}
