import {
  pipe,
  regex,
  safeParse,
  string,
  type GenericSchema,
  type InferOutput,
  strictObject,
  type ObjectEntries,
  type StrictObjectIssue,
} from "valibot";
import { ENVIRONMENT_PATTERN, ENVIRONMENT_RULE } from "../../flags/limits.ts";
import { escapePointer } from "../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../ops/errors.ts";

/** An object with exactly these fields; mistakes name the fields that are accepted. */
export function fields<E extends ObjectEntries>(entries: E) {
  const names = Object.keys(entries).join(", ");
  return strictObject(entries, (issue: StrictObjectIssue) => {
    if (issue.expected === "never") return `is not accepted here; accepted are ${names}`;
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

/** Where and what, never the value: messages of the schemas say what is accepted. */
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
  string("is required: the key of an environment"),
  regex(ENVIRONMENT_PATTERN, `must be the key of an environment: ${ENVIRONMENT_RULE}`),
);

/** A time of the store as ISO 8601 in UTC. */
export function instantOf(time: string): string {
  return new Date(time).toISOString();
}
