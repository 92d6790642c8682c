import type { RequestScope } from "../../delivery/request-scope.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { type AdminRole, constantTimeEqual } from "../../ops/token.ts";
import { type FlightScope, SingleFlight } from "../../resilience/single-flight.ts";
import { requireSdkKey, tokenOf, type VerifiedToken } from "../authenticate.ts";
import { HttpError } from "../errors.ts";
import { RememberedTokens } from "../remembered-tokens.ts";
import type { Services } from "../services.ts";

/** The caller of the management API. A server key may only read its own environment. */
export type Actor = AdminActor | { id: string; role: "server"; environment: string };

export interface AdminActor {
  id: string;
  role: AdminRole;
  /** The environments that the token may use; `null` for all. */
  environments: readonly string[] | null;
  /** ISO 8601; `null` if the token never expires. */
  expiresAt: string | null;
}

/**
 * The right that an operation requires. `explain`: reading, which a server key may also do in its own environment.
 * `report`: a server key of the environment.
 */
export type Access = "read" | "write" | "explain" | "report";

/** The part of the project that an operation concerns. `filtered`: the handler leaves out other environments. */
export type Reach = "project" | "environment" | "filtered";

interface AdminKeyRow extends Omit<AdminActor, "id"> {
  secretHash: string;
  /** The day of the last use, in UTC. */
  lastUsedOn: string | null;
}

/** Reads the row of an admin token; `undefined` if it does not exist or is revoked. */
export type FindAdminKey = (id: string) => Promise<AdminKeyRow | undefined>;

/** Records the day (in UTC) on which a token was used. */
export type MarkTokenUsed = (id: string, day: string) => Promise<void>;

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
  readonly #markUsed: MarkTokenUsed | undefined;
  /** The rows of tokens by id, `undefined` for one without a row, and when each was read (ms since epoch). */
  readonly #rows = new RememberedTokens<{ row: AdminKeyRow | undefined; at: number }>(MAX_REMEMBERED);
  readonly #flights: SingleFlight;

  constructor(
    { authenticator, clock }: Pick<Services, "authenticator" | "clock">,
    find: FindAdminKey,
    markUsed?: MarkTokenUsed,
  ) {
    this.#authenticator = authenticator;
    this.#clock = clock;
    this.#find = find;
    this.#markUsed = markUsed;
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

  /** @throws HttpError 401 if the token is revoked or has expired, 403 if it is not an admin token */
  async requireAdmin(token: VerifiedToken, scope: FlightScope): Promise<AdminActor> {
    if (token.kind !== "admin") throw new HttpError(403, "management requires an admin token, not an SDK key");
    const row = await this.#rowOf(token.id, scope);
    if (row === undefined || !constantTimeEqual(row.secretHash, token.secretHash)) {
      throw refusal("the admin token is revoked");
    }
    const { role, environments, expiresAt } = row;
    const now = this.#clock.now();
    if (expiresAt !== null && Date.parse(expiresAt) <= now) throw refusal(`the admin token has expired (${expiresAt})`);
    this.#recordUse(token.id, row, now, scope);
    return { id: token.id, role, environments, expiresAt };
  }

  /** Records the first use of each day, after the response. The store ignores the attempts of other isolates. */
  #recordUse(id: string, row: AdminKeyRow, now: number, { waitUntil }: FlightScope): void {
    const day = new Date(now).toISOString().slice(0, 10);
    if (this.#markUsed === undefined || (row.lastUsedOn ?? "") >= day) return;
    row.lastUsedOn = day;
    // A lost day must not fail the request: the next isolate or the next day records the use.
    waitUntil(this.#markUsed(id, day).catch(() => {}));
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

/**
 * Checks the key of a server that uses its own environment. Without a flag, it reports on all of them.
 * @throws HttpError 401, 403
 */
export async function requireServer(
  { source }: Pick<Services, "source">,
  token: VerifiedToken,
  target: { environment: string; flagKey: string | undefined; access: Access },
  request: Request,
  scope: RequestScope,
): Promise<Actor> {
  const { environment, flagKey, access } = target;
  // The same error for every other environment, so that it does not tell which of them exist.
  if (token.kind !== "server" || token.environment !== environment) {
    const accepted = access === "report" ? "" : "an admin token, or ";
    throw new HttpError(403, `this route requires ${accepted}a server key of the environment`);
  }
  const isListed = await source.listsKey(environment, token.id, scope);
  const question = { environment, scope };
  const found = flagKey === undefined ? source.all(question) : source.flag(question, flagKey);
  const keys = isListed ? (await found)?.keys : undefined;
  requireSdkKey(token, keys ?? {}, request);
  return { id: token.id, role: "server", environment };
}

/**
 * Checks the role and the environments of an admin token.
 *
 * @param environment the environment of the request, `undefined` if it names none
 * @throws HttpError 403
 */
export function requireAccess(
  { role, environments }: AdminActor,
  { access, reach }: { access: Access; reach: Reach },
  environment: string | undefined,
): void {
  if (access === "write" && role !== "write") throw new HttpError(403, "the token may only read");
  if (environments === null || reach === "filtered") return;
  // The same error for every other environment, so that it does not tell which of them exist.
  if (reach === "project" || environment === undefined || !environments.includes(environment)) {
    const own = environments.join(", ");
    throw new HttpError(
      403,
      reach === "project"
        ? `this operation concerns the whole project, and the token is for ${own} only`
        : `the token is for ${own} only`,
    );
  }
}

function refusal(detail: string): HttpError {
  return new HttpError(401, detail, { headers: { "www-authenticate": 'Bearer realm="burgee"' } });
}
