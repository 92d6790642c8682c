import { safeParse, type BaseIssue, type GenericSchema, type InferOutput } from "valibot";

import { InvalidInputError, type FieldError } from "../ops/errors.ts";
import type { FlagConfiguration, FlagDefinition } from "./document.ts";
import { LIMITS, RESERVED_NAMES } from "./limits.ts";
import {
  CONDITION_FORMS,
  flagInputSchema,
  segmentInputSchema,
  SERVE_FORMS,
  withSalt,
  type SegmentInput,
} from "./schema.ts";
import { validateCondition } from "./validate-condition.ts";
import { escapePointer, jsonBytes, validateFlag } from "./validate.ts";

/** A whole flag as written: its definition, its configuration in one environment, and notes for people. */
export type FlagInput = FlagDefinition & FlagConfiguration & { description?: string; tags?: string[]; owner?: string };

/** A flag with its defaults filled in, or InvalidInputError with everything that is wrong with it. */
export function parseFlagInput(input: unknown): FlagInput {
  const { schemaVersion: _, version: __, updatedAt: ___, ...parsed } = parseShape(flagInputSchema, input);
  const flag: FlagInput = {
    ...parsed,
    default: withSalt(parsed.default, parsed.key),
    rules: parsed.rules.map((rule) => ({ ...rule, serve: withSalt(rule.serve, parsed.key) })),
  };
  refuse(validateFlag(flag));
  return flag;
}

/** A segment, or InvalidInputError with everything that is wrong with it. */
export function parseSegmentInput(input: unknown): SegmentInput {
  const segment = parseShape(segmentInputSchema, input);
  const errors: FieldError[] = [];
  if (RESERVED_NAMES.has(segment.key)) errors.push({ pointer: "/key", detail: "is a reserved name" });
  validateCondition(segment.condition, "/condition", { conditions: 0 }, errors);
  const bytes = jsonBytes(segment);
  if (bytes > LIMITS.documentBytes) {
    errors.push({ pointer: "", detail: `is ${bytes} bytes as JSON; at most ${LIMITS.documentBytes} are accepted` });
  }
  refuse(errors);
  return segment;
}

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw new InvalidInputError(errors);
}

function parseShape<S extends GenericSchema>(schema: S, input: unknown): InferOutput<S> {
  // Before anything recurses into it, and because the schema library drops such names without a word.
  refuse(findHostile(input));
  const result = safeParse(schema, input);
  if (!result.success) throw new InvalidInputError(result.issues.flatMap((issue) => explain(issue, input, "")));
  return result.output;
}

/** Too deep to recurse into, or names that objects inherit. */
function findHostile(input: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value: input, pointer: "", depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= LIMITS.jsonDepth) {
      return [{ pointer, detail: `is nested too deeply; at most ${LIMITS.jsonDepth} levels are accepted` }];
    }
    for (const name of Object.keys(value)) {
      const inner = `${pointer}/${escapePointer(name)}`;
      if (RESERVED_NAMES.has(name)) errors.push({ pointer: inner, detail: "is a reserved name" });
      open.push({ value: (value as Record<string, unknown>)[name], pointer: inner, depth: depth + 1 });
    }
  }
  return errors;
}

/** Where several forms are accepted and none fits, the form that was meant says what is wrong. */
function explain(issue: BaseIssue<unknown>, input: unknown, base: string): FieldError[] {
  const path = issue.path?.map((item) => item.key) ?? [];
  const pointer = base + path.map((step) => `/${escapePointer(String(step))}`).join("");
  if (issue.type === "union") {
    const value = path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)?.[step as string], input);
    const form = meantForm(value);
    const result = form && safeParse(form, value);
    if (result && !result.success) return result.issues.flatMap((inner) => explain(inner, value, pointer));
  }
  return [{ pointer, detail: issue.message }];
}

function meantForm(value: unknown): GenericSchema | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const forms of [CONDITION_FORMS, SERVE_FORMS]) {
    for (const [name, form] of Object.entries(forms)) if (Object.hasOwn(value, name)) return form;
  }
  return undefined;
}
