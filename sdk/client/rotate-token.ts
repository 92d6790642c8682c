/** The rotation of an admin token: another one with the same limits, while the old one works a little longer. */
import type { AdminToken, AdminTokenInput } from "./contract.ts";

/** How long the old token still works if the person does not say it: a week. */
export const DEFAULT_OVERLAP_SECONDS = 7 * 24 * 3600;

/** Returns the input for a token with the name, role and environments of `token`, and its lifetime, from now. */
export function successorOf({ role, name, environments, createdAt, expiresAt }: AdminToken): AdminTokenInput {
  const lifetimeMs = expiresAt === null ? null : Date.parse(expiresAt) - Date.parse(createdAt);
  const expiresInSeconds = lifetimeMs === null ? null : Math.max(60, Math.round(lifetimeMs / 1000));
  return { role, name, environments, expiresInSeconds };
}

/** Tells whether the token expires within so many seconds after `instant` anyway. The API never extends a life. */
export function expiresWithin({ expiresAt }: AdminToken, seconds: number, instant: string): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.parse(instant) + seconds * 1000;
}
