import {
  array,
  exactOptional,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  null as nullType,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  union,
} from "valibot";
import { environmentKey, fields, nameText } from "../shape.ts";

/** The bounds of a token's lifetime in seconds: a minute and ten years. */
const TOKEN_LIFETIME = { min: 60, max: 315_360_000 };
/** The most environments of one token. */
const MAX_TOKEN_ENVIRONMENTS = 100;

const lifetimeOf = (rule: string) =>
  pipe(number(rule), integer(rule), minValue(TOKEN_LIFETIME.min, rule), maxValue(TOKEN_LIFETIME.max, rule));
const lifetimeRule = `must be a whole number of seconds from ${TOKEN_LIFETIME.min} to ${TOKEN_LIFETIME.max}`;

export const tokenSchema = fields({
  role: picklist(["write", "read"], "must be write or read"),
  /** A name for people; the default is made of the role. */
  name: exactOptional(nameText),
  /** The environments that the token may use; `null` for all, with the definitions and the tokens of the project. */
  environments: union(
    [
      nullType(),
      pipe(
        array(environmentKey, "must be a list of environments"),
        minLength(1, "must name an environment"),
        maxLength(MAX_TOKEN_ENVIRONMENTS, `must not name more than ${MAX_TOKEN_ENVIRONMENTS} environments`),
      ),
    ],
    "must be a list of 1 to 100 keys of environments, or null for all of them",
  ),
  /** The token's lifetime; `null` if it never expires. */
  expiresInSeconds: optional(nullable(lifetimeOf(`${lifetimeRule}, or null`)), null),
});

export type TokenBody = InferOutput<typeof tokenSchema>;

export const tokenPatchSchema = fields({
  /** The rest of the token's lifetime, from now on. */
  expiresInSeconds: lifetimeOf(lifetimeRule),
});

export type TokenPatch = InferOutput<typeof tokenPatchSchema>;
