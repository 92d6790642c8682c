import { array, check, literal, maxLength, minLength, picklist, pipe, regex, string } from "valibot";
import { FLAG_KINDS } from "../../../flags/document.ts";
import { formProblem } from "../../../flags/limits.ts";
import { keyTextSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { dryRunParameter, fields, parseShape } from "../shape.ts";
import { GLOB_PATTERN, GLOB_RULE } from "./glob.ts";
import type { PurgeTarget } from "./purge.ts";

const MAX_KEYS_PER_PURGE = 1000;

const purgeForms = {
  flags: fields({
    flags: pipe(
      array(keyTextSchema, "must be a list of flag keys"),
      minLength(1, "must contain at least 1 flag key"),
      maxLength(MAX_KEYS_PER_PURGE, `must not contain more than ${MAX_KEYS_PER_PURGE} flag keys`),
    ),
  }),
  kind: fields({ kind: picklist(FLAG_KINDS, `must be one of ${FLAG_KINDS.join(", ")}`) }),
  pattern: fields({
    pattern: pipe(
      string("must be text"),
      regex(GLOB_PATTERN, `must be ${GLOB_RULE}`),
      check(
        (text) => formProblem(text) === undefined,
        ({ input }) => formProblem(input) ?? "",
      ),
    ),
  }),
  all: fields({ all: literal(true, "must be true") }),
};

/** The forms of a purge, for /openapi.json. */
export const purgeSchemas = Object.values(purgeForms);

export const purgeQuery = fields({ dryRun: dryRunParameter });

/** Accepts exactly one form, whose own schema then reports what is wrong. @throws InvalidInputError */
export function parsePurge(value: unknown): PurgeTarget {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const given = names.filter((name): name is keyof typeof purgeForms => Object.hasOwn(purgeForms, name));
  const [form] = given;
  if (form === undefined || given.length > 1) {
    const detail = `must be an object with exactly one of ${Object.keys(purgeForms).join(", ")}`;
    throw new InvalidInputError([{ pointer: "", detail }]);
  }
  return parseShape(purgeForms[form], value);
}
