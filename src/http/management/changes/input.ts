import { check, type InferOutput, optional, pipe, string, transform } from "valibot";
import { ENVIRONMENT_PATTERN } from "../../../flags/limits.ts";
import { fields } from "../shape.ts";

/** The largest number of environments that a stream follows besides the one in its path. */
const MAX_ALSO = 7;

const also = pipe(
  string("must be given once"),
  transform((text) => [...new Set(text.split(","))]),
  check(
    (names) => names.length <= MAX_ALSO && names.every((name) => ENVIRONMENT_PATTERN.test(name)),
    `must be at most ${MAX_ALSO} environments, as in staging,preview`,
  ),
);

export const followQuery = fields({ also: optional(also) });

export type FollowQuery = InferOutput<typeof followQuery>;
