import { escapePointer } from "../../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { createFlagReader } from "../../../store/readings/flag-reader.ts";
import { readOverridesSince } from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import { MAX_TOKEN_LENGTH, signOverrides } from "../../overrides/overrides-token.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { unknownEnvironment } from "../require.ts";
import type { OverridesBody } from "./input.ts";

/** Signs overrides. Stores nothing. */
export async function postOverrides(
  { database, now, settings }: Pick<Services, "database" | "now" | "settings">,
  c: ManagementContext,
  { body: { flags, expiresInSeconds } }: { body: OverridesBody },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await database()];
  const since = await requireOverridesAllowed(db, environment);
  await requireVariants(db, environment, flags);
  const expiresAt = now() + expiresInSeconds * 1000;
  const madeBy = c.get("actor").id;
  const signed = { environment, flags: new Map(Object.entries(flags)), expiresAt, since, madeBy };
  const token = await signOverrides(settings.KEY_SECRET, signed);
  if (token.length > MAX_TOKEN_LENGTH) {
    const detail = `must be fewer: the token would have ${token.length} characters, and at most ${MAX_TOKEN_LENGTH} fit into a cookie`;
    throw new InvalidInputError([{ pointer: "/flags", detail }]);
  }
  return c.json({ token, environment, flags, expiresAt: new Date(expiresAt).toISOString(), madeBy }, 201);
}

/** Returns since when the environment has allowed overrides (ms since epoch). @throws HttpError 404, 409 */
async function requireOverridesAllowed(db: StoreDatabase, environment: string): Promise<number> {
  const since = await readOverridesSince(db, environment);
  if (since === undefined) throw unknownEnvironment(environment);
  if (since === null) {
    throw new HttpError(
      409,
      `environment "${environment}" does not allow overrides; to allow them, PATCH it with {"overridesAllowed":true}`,
    );
  }
  return since;
}

/** Refuses flags and variants that the environment does not have: evaluation would ignore them in silence. */
async function requireVariants(db: StoreDatabase, environment: string, flags: Record<string, string>): Promise<void> {
  const reading = await createFlagReader(db).readFlags(environment, Object.keys(flags));
  const errors: FieldError[] = [];
  for (const [key, variant] of Object.entries(flags)) {
    const variants = reading?.flags.get(key)?.variants;
    const pointer = `/flags/${escapePointer(key)}`;
    if (variants === undefined) errors.push({ pointer, detail: "is not a flag of this environment" });
    else if (!Object.hasOwn(variants, variant)) {
      errors.push({ pointer, detail: `must be one of its variants: ${Object.keys(variants).join(", ")}` });
    }
  }
  if (errors.length > 0) throw new InvalidInputError(errors);
}
