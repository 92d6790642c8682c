import { type AdminRole, constantTimeEqual } from "../../ops/token.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import type { Services } from "../services.ts";
import { requireSdkKey, tokenOf, type VerifiedToken } from "../authenticate.ts";
import { HttpError } from "../errors.ts";

/** Who asks. `environment`: a server key, which sees only its own. */
export type Actor = { id: string; role: AdminRole } | { id: string; role: "server"; environment: string };

/** What an operation needs. `explain`: reading, which a server key may also do in its own environment. */
export type Access = "read" | "write" | "explain";

/** The stored row of an admin token; undefined: unknown or revoked. */
export type FindAdminKey = (id: string) => Promise<{ role: AdminRole; secretHash: string } | undefined>;

/** A revoked admin token is refused in every isolate after this at the latest (ms). */
const REMEMBER_MS = 10_000;
const MAX_REMEMBERED = 1000;

/** Checks admin tokens: the MAC first, so that a forged one reaches no backend, then the row in the store. */
export class AdminAuthenticator {
  readonly #services: Pick<Services, "authenticator" | "now">;
  readonly #find: FindAdminKey;
  readonly #remembered = new Map<string, { role: AdminRole; until: number }>();

  constructor(services: Pick<Services, "authenticator" | "now">, find: FindAdminKey) {
    this.#services = services;
    this.#find = find;
  }

  /** A token whose MAC is right, whatever it is for. @throws HttpError 401 */
  verify(request: Request): Promise<VerifiedToken> {
    return this.#services.authenticator.verify(tokenOf(request.headers), request.headers);
  }

  /** @throws HttpError 401 when the token is revoked, 403 when it is not an admin token */
  async admin(token: VerifiedToken): Promise<Actor> {
    if (token.kind !== "admin") throw new HttpError(403, "management takes an admin token, not an SDK key");
    const checked = `${token.id} ${token.secretHash}`;
    const remembered = this.#remembered.get(checked);
    const now = this.#services.now();
    if (remembered !== undefined && now < remembered.until) return { id: token.id, role: remembered.role };
    const row = await this.#find(token.id);
    if (row === undefined || !constantTimeEqual(row.secretHash, token.secretHash)) {
      this.#remembered.delete(checked);
      throw new HttpError(401, "the token is revoked", { headers: { "www-authenticate": 'Bearer realm="burgee"' } });
    }
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(checked, { role: row.role, until: now + REMEMBER_MS });
    return { id: token.id, role: row.role };
  }
}

/** The key of a server that asks about its own environment. @throws HttpError 401, 403 */
export async function serverActor(
  services: Services,
  token: VerifiedToken,
  target: { environment: string; flagKey: string },
  request: Request,
  scope: RequestScope,
): Promise<Actor> {
  const { environment, flagKey } = target;
  // Any other environment is refused alike, whether it exists or not.
  if (token.kind !== "server" || token.scope !== environment) {
    throw new HttpError(403, "this takes an admin token, or a server key of the environment");
  }
  const isListed = await services.source.listsKey(environment, token.id, scope);
  const keys = isListed ? (await services.source.flag({ environment, scope }, flagKey))?.keys : undefined;
  requireSdkKey(token, keys ?? {}, request);
  return { id: token.id, role: "server", environment };
}

/** @throws HttpError 403 when the role does not allow it */
export function requireAccess(actor: Actor, access: Access): void {
  if (access === "write" && actor.role !== "write") throw new HttpError(403, "the token may only read");
}
