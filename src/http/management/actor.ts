import type { RequestScope } from "../../delivery/request-scope.ts";
import { type AdminRole, constantTimeEqual } from "../../ops/token.ts";
import { requireSdkKey, tokenOf, type VerifiedAdminToken, type VerifiedToken } from "../authenticate.ts";
import { HttpError } from "../errors.ts";
import type { Services } from "../services.ts";

/** The caller of the management API. A server key may only read its own environment. */
export type Actor = { id: string; role: AdminRole } | { id: string; role: "server"; environment: string };

/** The right that an operation requires. `explain`: reading, which a server key may also do in its own environment. */
export type Access = "read" | "write" | "explain";

/** Reads the row of an admin token; `undefined` if it does not exist or is revoked. */
export type FindAdminKey = (id: string) => Promise<{ role: AdminRole; secretHash: string } | undefined>;

/** The longest time that an isolate goes on accepting a revoked admin token (ms). */
const REMEMBER_MS = 10_000;

/** Checks admin tokens: first the MAC, so that a forged token reaches no backend, then the row in the store. */
export class AdminAuthenticator {
  readonly #services: Pick<Services, "authenticator" | "now">;
  readonly #find: FindAdminKey;

  constructor(services: Pick<Services, "authenticator" | "now">, find: FindAdminKey) {
    this.#services = services;
    this.#find = find;
  }

  /** Returns the request's token, of whatever kind, if its MAC is valid. @throws HttpError 401 */
  verify(request: Request): Promise<VerifiedToken> {
    return this.#services.authenticator.verify(tokenOf(request.headers), request.headers);
  }

  /** @throws HttpError 401 if the token is revoked, 403 if it is not an admin token */
  async requireAdmin(token: VerifiedToken): Promise<Actor> {
    if (token.kind !== "admin") throw new HttpError(403, "management requires an admin token, not an SDK key");
    const now = this.#services.now();
    const { checked } = token;
    const role = checked !== undefined && now < checked.until ? checked.role : await this.#readRole(token, now);
    return { id: token.id, role };
  }

  /** Remembers the role on the token, which the authenticator remembers. */
  async #readRole(token: VerifiedAdminToken, now: number): Promise<AdminRole> {
    const row = await this.#find(token.id);
    if (row === undefined || !constantTimeEqual(row.secretHash, token.secretHash)) {
      throw new HttpError(401, "the token is revoked", { headers: { "www-authenticate": 'Bearer realm="burgee"' } });
    }
    token.checked = { role: row.role, until: now + REMEMBER_MS };
    return row.role;
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
