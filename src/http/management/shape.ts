import {
  boolean,
  check,
  maxLength,
  minLength,
  optional,
  picklist,
  pipe,
  regex,
  safeParse,
  string,
  type GenericSchema,
  type InferOutput,
  strictObject,
  type ObjectEntries,
  type StrictObjectIssue,
  transform,
} from "valibot";
import { ENVIRONMENT_PATTERN, ENVIRONMENT_RULE, PLAIN_NAME_PATTERN, PLAIN_NAME_RULE } from "../../flags/limits.ts";
import { parseInstant } from "../../flags/formats/instant.ts";
import { escapePointer } from "../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../ops/errors.ts";

/** A schema for an object with exactly these fields. An error lists the fields. */
export function fields<E extends ObjectEntries>(entries: E) {
  const names = Object.keys(entries).join(", ");
  return strictObject(entries, (issue: StrictObjectIssue) => {
    if (issue.expected === "never") return `is not a field here; the fields are ${names}`;
    if (issue.expected === "Object") return `must be an object with ${names}`;
    return "is required";
  });
}

/** @throws InvalidInputError */
export function parseShape<S extends GenericSchema>(schema: S, value: unknown): InferOutput<S> {
  const result = safeParse(schema, value);
  if (!result.success) throw new InvalidInputError(fieldErrorsOf(result.issues));
  return result.output;
}

/** Returns pointers and messages. They never contain the value, which may be a secret. */
export function fieldErrorsOf(
  issues: readonly { message: string; path?: readonly unknown[] | undefined }[],
): FieldError[] {
  return issues.map((issue) => ({
    pointer: (issue.path ?? []).map((item) => `/${escapePointer(String(keyOf(item)))}`).join(""),
    detail: issue.message,
  }));
}

function keyOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "key" in item ? item.key : item;
}

export const environmentKey = pipe(
  string("is required and must be the key of an environment"),
  regex(ENVIRONMENT_PATTERN, `must be the key of an environment: ${ENVIRONMENT_RULE}`),
);

/** A name for people. It is shown in lists and terminals, where control characters could forge other lines. */
export const nameText = pipe(
  string("must be text"),
  minLength(1, "must not be empty"),
  maxLength(200, "must not exceed 200 characters"),
  regex(PLAIN_NAME_PATTERN, PLAIN_NAME_RULE),
);

/** The query parameter `dryRun`. */
export const dryRunParameter = optional(
  pipe(
    picklist(["true", "false"], "must be true or false"),
    transform((value) => value === "true"),
    boolean(),
  ),
  "false",
);

/** Formats a time from the store as ISO 8601 in UTC. */
export function instantOf(time: string): string {
  return new Date(time).toISOString();
}

const INSTANT = "must be an instant like 2026-11-28T09:00:00Z or a date like 2026-11-28";
/** An instant in a body, as ISO 8601 in UTC. */
export const instantText = instantRule("must be text", INSTANT);
/** An instant in a query parameter, in which a plus sign means a space. */
export const instantParameter = instantRule("must be given once", `${INSTANT}; write + as %2B`);

function instantRule(typeRule: string, rule: string) {
  return pipe(
    string(typeRule),
    check((text) => isInYears1To9999(parseInstant(text)), rule),
    transform((text) => new Date(parseInstant(text)).toISOString()),
  );
}

/** Postgres and JavaScript write other years differently. */
function isInYears1To9999(at: number): boolean {
  return at >= -62_135_596_800_000 && at < 253_402_300_800_000;
}
