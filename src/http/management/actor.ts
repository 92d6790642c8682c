import type { RequestScope } from "../../delivery/request-scope.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { type AdminRole, constantTimeEqual } from "../../ops/token.ts";
import { type FlightScope, SingleFlight } from "../../resilience/single-flight.ts";
import { requireSdkKey, tokenOf, type VerifiedToken } from "../authenticate.ts";
import { HttpError } from "../errors.ts";
import { RememberedTokens } from "../remembered-tokens.ts";
import type { Services } from "../services.ts";

/** The caller of the management API. A server key may only read its own environment. */
export type Actor = { id: string; role: AdminRole } | { id: string; role: "server"; environment: string };

/** The right that an operation requires. `explain`: reading, which a server key may also do in its own environment. */
export type Access = "read" | "write" | "explain";

interface AdminKeyRow {
  role: AdminRole;
  secretHash: string;
}

/** Reads the row of an admin token; `undefined` if it does not exist or is revoked. */
export type FindAdminKey = (id: string) => Promise<AdminKeyRow | undefined>;

/** The longest time that an isolate goes on accepting a revoked admin token (ms). */
const REMEMBER_MS = 10_000;
/** An isolate goes on refusing a token without a row for this long, so that such a token cannot load the store (ms). */
const REMEMBER_REFUSAL_MS = 5000;
const MAX_REMEMBERED = 1000;
/** A look-up that takes longer counts as dead (ms): the store may take 5 s to wake up. */
const LOOK_UP_BUDGET_MS = 6500;

/** Checks admin tokens: first the MAC, so that a forged token reaches no backend, then the row in the store. */
export class AdminAuthenticator {
  readonly #authenticator: Services["authenticator"];
  readonly #clock: Clock;
  readonly #find: FindAdminKey;
  /** The rows of tokens by id, `undefined` for one without a row, and when each was read (ms since epoch). */
  readonly #rows = new RememberedTokens<{ row: AdminKeyRow | undefined; at: number }>(MAX_REMEMBERED);
  readonly #flights: SingleFlight;

  constructor({ authenticator, clock }: Pick<Services, "authenticator" | "clock">, find: FindAdminKey) {
    this.#authenticator = authenticator;
    this.#clock = clock;
    this.#find = find;
    this.#flights = new SingleFlight({ clock, budgetMs: LOOK_UP_BUDGET_MS });
  }

  /** The number of remembered tokens. */
  get size(): number {
    return this.#rows.size;
  }

  /** Returns the request's token, of whatever kind, if its MAC is valid. @throws HttpError 401 */
  verify(request: Request): Promise<VerifiedToken> {
    return this.#authenticator.verify(tokenOf(request.headers), request.headers);
  }

  /** @throws HttpError 401 if the token is revoked, 403 if it is not an admin token */
  async requireAdmin(token: VerifiedToken, scope: FlightScope): Promise<Actor> {
    if (token.kind !== "admin") throw new HttpError(403, "management requires an admin token, not an SDK key");
    const row = await this.#rowOf(token.id, scope);
    if (row === undefined || !constantTimeEqual(row.secretHash, token.secretHash)) {
      throw new HttpError(401, "the admin token is revoked", {
        headers: { "www-authenticate": 'Bearer realm="burgee"' },
      });
    }
    return { id: token.id, role: row.role };
  }

  /** Returns the token's row. Concurrent requests with the same token share one read. */
  async #rowOf(id: string, scope: FlightScope): Promise<AdminKeyRow | undefined> {
    const known = this.#remembered(id);
    if (known !== undefined) return known.row;
    const read = async (): Promise<AdminKeyRow | undefined> => {
      // If the shared look-up had died, the first request to give up on it has read the row for the others.
      const justRead = this.#remembered(id);
      if (justRead !== undefined) return justRead.row;
      const at = this.#clock.now();
      const row = await this.#find(id);
      this.#rows.set(id, { row, at });
      return row;
    };
    return this.#flights.run(id, read, scope);
  }

  #remembered(id: string): { row: AdminKeyRow | undefined } | undefined {
    const known = this.#rows.get(id);
    if (known === undefined) return undefined;
    const rememberMs = known.row === undefined ? REMEMBER_REFUSAL_MS : REMEMBER_MS;
    return isWithin(known.at, rememberMs, this.#clock.now()) ? known : undefined;
  }
}

/** Checks the key of a server that reads its own environment. @throws HttpError 401, 403 */
export async function requireServer(
  { source }: Pick<Services, "source">,
  token: VerifiedToken,
  target: { environment: string; flagKey: string },
  request: Request,
  scope: RequestScope,
): Promise<Actor> {
  const { environment, flagKey } = target;
  // The same error for every other environment, so that it does not tell which of them exist.
  if (token.kind !== "server" || token.environment !== environment) {
    throw new HttpError(403, "this route requires an admin token, or a server key of the environment");
  }
  const isListed = await source.listsKey(environment, token.id, scope);
  const keys = isListed ? (await source.flag({ environment, scope }, flagKey))?.keys : undefined;
  requireSdkKey(token, keys ?? {}, request);
  return { id: token.id, role: "server", environment };
}

/** @throws HttpError 403 if the role does not include the right */
export function requireAccess(actor: Actor, access: Access): void {
  if (access === "write" && actor.role !== "write") throw new HttpError(403, "the token may only read");
}
