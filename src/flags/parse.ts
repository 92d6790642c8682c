import { safeParse, type BaseIssue, type GenericSchema, type InferOutput } from "valibot";

import { InvalidInputError, type FieldError } from "../ops/errors.ts";
import type { FlagInput } from "./document.ts";
import { parseInstant } from "./formats/instant.ts";
import { tooDeepText } from "./formats/nesting.ts";
import { validateJsonSchema } from "./json-schema/validate-json-schema.ts";
import { LIMITS, RESERVED_NAME } from "./limits.ts";
import {
  CONDITION_FORMS,
  flagInputSchema,
  READER_FORMS,
  segmentInputSchema,
  SERVE_FORMS,
  withSalt,
  type SegmentInput,
} from "./schema.ts";
import { validateCondition } from "./validate-condition.ts";
import { escapePointer, jsonBytes, validateFlag } from "./validate.ts";

/**
 * Returns a flag with its defaults filled in. Throws InvalidInputError, which lists every problem. `hasStoredRules`
 * says that the rules are the stored ones, which may break a rule of validation that is newer than they are.
 */
export function parseFlagInput(input: unknown, { hasStoredRules = false } = {}): FlagInput {
  const parsed = withoutServerFields(parseShape(flagInputSchema, input));
  const flag: FlagInput = {
    ...parsed,
    default: withSalt(parsed.default, parsed.key),
    rules: parsed.rules.map((rule) => ({ ...rule, serve: withSalt(rule.serve, parsed.key) })),
  };
  rejectIf([...validateFlag(flag, hasStoredRules), ...validateJsonSchema(flag)]);
  // One form of each instant, so that equal ones are equal text.
  if (typeof flag.expiresAt === "string") flag.expiresAt = new Date(parseInstant(flag.expiresAt)).toISOString();
  return flag;
}

/** Returns a flag without the fields that the server sets. */
export function withoutServerFields<F extends object>(flag: F): Omit<F, ServerField> {
  const { schemaVersion: _, version: __, updatedAt: ___, ...rest } = flag as F & Record<ServerField, unknown>;
  const { lastEvaluatedAt: ____, lastUsedAt: _____, state: ______, ...own } = rest;
  return own as unknown as Omit<F, ServerField>;
}

type ServerField = "schemaVersion" | "version" | "updatedAt" | "lastEvaluatedAt" | "lastUsedAt" | "state";

/** Returns a segment, as parseFlagInput does. Throws InvalidInputError, which lists every problem. */
export function parseSegmentInput(input: unknown, { hasStoredCondition = false } = {}): SegmentInput {
  const segment = parseShape(segmentInputSchema, input);
  const errors: FieldError[] = [];
  if (segment.key === RESERVED_NAME) errors.push({ pointer: "/key", detail: "is a reserved name" });
  validateCondition(segment.condition, "/condition", { conditions: 0, acceptsEmptyText: hasStoredCondition }, errors);
  const bytes = jsonBytes(segment);
  if (bytes > LIMITS.documentBytes) {
    errors.push({ pointer: "", detail: `is ${bytes} bytes as JSON; at most ${LIMITS.documentBytes} are accepted` });
  }
  rejectIf(errors);
  return segment;
}

function rejectIf(errors: FieldError[]): void {
  if (errors.length > 0) throw new InvalidInputError(errors);
}

function parseShape<S extends GenericSchema>(schema: S, input: unknown): InferOutput<S> {
  // This comes first because the schema library recurses into the input and silently drops reserved names.
  rejectIf(findUnsafeParts(input));
  const result = safeParse(schema, input);
  if (!result.success) throw new InvalidInputError(result.issues.flatMap((issue) => explainIssue(issue, input, "")));
  return result.output;
}

/** Returns the parts of an input that are nested too deeply to recurse into, or that have a reserved name. */
function findUnsafeParts(input: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const pending: { value: unknown; pointer: string; depth: number }[] = [{ value: input, pointer: "", depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= LIMITS.jsonDepth) {
      return [{ pointer, detail: tooDeepText(LIMITS.jsonDepth) }];
    }
    for (const name of Object.keys(value)) {
      const inner = `${pointer}/${escapePointer(name)}`;
      if (name === RESERVED_NAME) errors.push({ pointer: inner, detail: "is a reserved name" });
      pending.push({ value: (value as Record<string, unknown>)[name], pointer: inner, depth: depth + 1 });
    }
  }
  return errors;
}

/** Returns the problems behind an issue. If no form of a union fits, it reports the problems of the intended form. */
function explainIssue(issue: BaseIssue<unknown>, input: unknown, base: string): FieldError[] {
  const path = issue.path?.map((item) => item.key) ?? [];
  const pointer = base + path.map((step) => `/${escapePointer(String(step))}`).join("");
  if (issue.type === "union") {
    const value = path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)?.[step as string], input);
    const intended = intendedForm(value);
    const result = intended && safeParse(intended.form, value);
    if (result && !result.success)
      return result.issues.flatMap(
        (inner) => otherFormProblem(inner, intended, pointer) ?? explainIssue(inner, value, pointer),
      );
  }
  return [{ pointer, detail: issue.message }];
}

interface IntendedForm {
  /** The characteristic field of the form. */
  name: string;
  form: GenericSchema;
  /** The forms that exclude each other. */
  forms: Record<string, GenericSchema>;
}

/** Returns the form that the value was meant to have: the one whose characteristic field is present. */
function intendedForm(value: unknown): IntendedForm | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const forms of [CONDITION_FORMS, SERVE_FORMS, READER_FORMS]) {
    for (const [name, form] of Object.entries(forms)) if (Object.hasOwn(value, name)) return { name, form, forms };
  }
  return undefined;
}

/** Returns the problem with a field that belongs to another form, which "is not a known field" would not explain. */
function otherFormProblem(
  { path, expected }: BaseIssue<unknown>,
  { name, forms }: IntendedForm,
  pointer: string,
): FieldError | undefined {
  const field = String(path?.[0]?.key);
  if (expected !== "never" || path?.length !== 1 || !Object.hasOwn(forms, field)) return undefined;
  const detail = `is not allowed beside ${name}; send only one of ${Object.keys(forms).join(", ")}`;
  return { pointer: `${pointer}/${field}`, detail };
}
