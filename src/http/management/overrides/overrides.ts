import { check, integer, maxValue, minValue, number, optional, pipe, record, string } from "valibot";
import { escapePointer } from "../../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { createFlagReader } from "../../../store/readings/flag-reader.ts";
import { readOverridesSince } from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import {
  MAX_LIFETIME_SECONDS,
  MAX_OVERRIDDEN_FLAGS,
  MAX_TOKEN_LENGTH,
  signOverrides,
} from "../../overrides/overrides-token.ts";
import { pathKey } from "../context.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { fields, parseShape } from "../shape.ts";

const MIN_LIFETIME_SECONDS = 60;
const DEFAULT_LIFETIME_SECONDS = 3600;
const LIFETIME = `must be a whole number of seconds from ${MIN_LIFETIME_SECONDS} to ${MAX_LIFETIME_SECONDS}`;

export const overridesSchema = fields({
  /** Flag key → variant. */
  flags: pipe(
    record(string(), string("must be the name of a variant"), "must be an object of flag keys and variants"),
    check((flags) => {
      const count = Object.keys(flags).length;
      return count > 0 && count <= MAX_OVERRIDDEN_FLAGS;
    }, `must name 1 to ${MAX_OVERRIDDEN_FLAGS} flags`),
  ),
  expiresInSeconds: optional(
    pipe(
      number(LIFETIME),
      integer(LIFETIME),
      minValue(MIN_LIFETIME_SECONDS, LIFETIME),
      maxValue(MAX_LIFETIME_SECONDS, LIFETIME),
    ),
    DEFAULT_LIFETIME_SECONDS,
  ),
});

/** `POST …/overrides`: signs, and stores nothing. */
export function addOverridesRoute(routes: Routes, services: Services): void {
  routes.add(
    "post",
    "/api/v1/environments/:env/overrides",
    {
      tag: "Overrides",
      id: "createOverrides",
      summary: "Sign overrides",
      description:
        "A token with which a request gets these variants, whatever the rules say: as the query parameter `burgee-overrides`, the header `X-Flags-Overrides` or the cookie `burgee-overrides`. Whoever holds it can use it, until it expires or the environment forbids overrides. 409 where it does.",
      access: "write",
      body: {
        schema: "OverridesInput",
        example: { flags: { "checkout-redesign": "on" }, expiresInSeconds: 7200 },
        parse: (value) => parseShape(overridesSchema, value),
      },
      answers: { 201: { description: "Signed.", schema: "Overrides" } },
      problems: [409],
    },
    async (c, { body }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const since = await readOverridesSince(db, environment);
      if (since === undefined) throw unknownEnvironment();
      if (since === null) {
        throw new HttpError(
          409,
          `overrides are not allowed in this environment: PATCH it with {"overridesAllowed":true}`,
        );
      }
      await requireVariants(db, environment, body.flags);
      const expiresAt = services.now() + body.expiresInSeconds * 1000;
      const madeBy = c.get("actor").id;
      const flags = new Map(Object.entries(body.flags));
      const token = await signOverrides(services.settings.KEY_SECRET, {
        environment,
        flags,
        expiresAt,
        since,
        madeBy,
      });
      if (token.length > MAX_TOKEN_LENGTH) {
        const detail = `must be fewer: the token would have ${token.length} characters, of ${MAX_TOKEN_LENGTH}`;
        throw new InvalidInputError([{ pointer: "/flags", detail }]);
      }
      const instant = new Date(expiresAt).toISOString();
      return c.json({ token, environment, flags: body.flags, expiresAt: instant, madeBy }, 201);
    },
  );
}

/** @throws InvalidInputError for what the environment does not have: it would be ignored later, in silence */
async function requireVariants(db: StoreDatabase, environment: string, flags: Record<string, string>): Promise<void> {
  const reading = await createFlagReader(db).readFlags(environment, Object.keys(flags));
  const errors: FieldError[] = [];
  for (const [key, variant] of Object.entries(flags)) {
    const variants = reading?.flags.get(key)?.variants;
    const pointer = `/flags/${escapePointer(key)}`;
    if (variants === undefined) errors.push({ pointer, detail: "is no flag of this environment" });
    else if (!Object.hasOwn(variants, variant)) {
      errors.push({ pointer, detail: `must be one of its variants: ${Object.keys(variants).join(", ")}` });
    }
  }
  if (errors.length > 0) throw new InvalidInputError(errors);
}
