import { check, type InferOutput, integer, maxValue, minValue, number, optional, pipe, string } from "valibot";
import { recordOf } from "../../../flags/record-of.ts";
import { MAX_LIFETIME_SECONDS, MAX_OVERRIDDEN_FLAGS } from "../../overrides/overrides-token.ts";
import { fields } from "../shape.ts";

const MIN_LIFETIME_SECONDS = 60;
const DEFAULT_LIFETIME_SECONDS = 3600;
const LIFETIME = `must be a whole number of seconds from ${MIN_LIFETIME_SECONDS} to ${MAX_LIFETIME_SECONDS}`;

export const overridesSchema = fields({
  /** Variants by flag key. */
  flags: pipe(
    recordOf(string("must be the name of a variant"), "must be an object of flag keys and variants"),
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

export type OverridesBody = InferOutput<typeof overridesSchema>;
