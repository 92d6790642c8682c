import { parseInstant } from "./formats/instant.ts";
import type { FieldError } from "../ops/errors.ts";
import {
  WEIGHT_TOTAL,
  type FlagConfiguration,
  type FlagDefinition,
  type FlagInput,
  type FlagType,
  type JsonValue,
  type Rollout,
  type Serve,
} from "./document.ts";
import { keyProblem, LIMITS, RESERVED_NAME } from "./limits.ts";
import { validateBucketing } from "./validate-bucketing.ts";
import { validateDuring } from "./windows/validate-during.ts";
import { validateCondition } from "./validate-condition.ts";

export const ACCEPTED_VALUES: Record<FlagType, string> = {
  boolean: "true or false",
  string: "text",
  integer: "a whole number within ±9007199254740991",
  float: "a finite number",
  object: "an object or a list",
  json: "a JSON value",
};

const INT32_MAX = 2 ** 31 - 1;

/** Returns every problem of a flag that has the right shape. A flag without problems compiles and evaluates. */
export function validateFlag(
  flag: FlagDefinition & FlagConfiguration & Pick<FlagInput, "fallback" | "lifetime" | "expiresAt">,
  hasStoredRules = false,
): FieldError[] {
  const errors: FieldError[] = [];
  validateNames(flag, errors);
  validateVariants(flag, errors);
  if (flag.fallback !== undefined && flag.fallback !== null)
    validateValue(flag.type, flag.fallback, "/fallback", errors);
  validateLifetime(flag, errors);
  validateMetadata(flag.metadata, errors);
  validateKind(flag, errors);
  if (flag.offVariant !== null) expectVariant(flag, flag.offVariant, "/offVariant", errors);
  validateServe(flag, flag.default, "/default", true, errors);
  validateRules(flag, hasStoredRules, errors);
  flag.prerequisites.forEach((prerequisite, i) => {
    if (prerequisite.flag === flag.key) {
      errors.push({ pointer: `/prerequisites/${i}/flag`, detail: "must not be this flag itself" });
    }
  });
  const bytes = jsonBytes(flag);
  if (bytes > LIMITS.documentBytes) {
    errors.push({ pointer: "", detail: `is ${bytes} bytes as JSON; at most ${LIMITS.documentBytes} are accepted` });
  }
  return errors;
}

function validateNames(flag: FlagDefinition, errors: FieldError[]): void {
  if (flag.key === RESERVED_NAME) errors.push({ pointer: "/key", detail: "is a reserved name" });
  for (const name of Object.keys(flag.variants)) expectName(name, `/variants/${escapePointer(name)}`, errors);
}

function expectName(name: string, pointer: string, errors: FieldError[]): void {
  const problem = keyProblem(name);
  if (name === RESERVED_NAME) errors.push({ pointer, detail: "is a reserved name" });
  else if (problem !== undefined) errors.push({ pointer, detail: `has a name that ${problem}` });
}

function validateVariants({ type, variants }: FlagDefinition, errors: FieldError[]): void {
  const names = Object.keys(variants);
  if (names.length === 0 || names.length > LIMITS.variants) {
    errors.push({ pointer: "/variants", detail: `must have 1 to ${LIMITS.variants} variants` });
  }
  for (const [name, value] of Object.entries(variants)) {
    validateValue(type, value, `/variants/${escapePointer(name)}`, errors);
  }
}

function validateValue(type: FlagType, value: JsonValue, pointer: string, errors: FieldError[]): void {
  if (!fitsType(value, type)) {
    errors.push({ pointer, detail: `must be ${ACCEPTED_VALUES[type]}, because the flag's type is ${type}` });
  } else if (jsonBytes(value) > LIMITS.valueBytes) {
    errors.push({ pointer, detail: `must not exceed ${LIMITS.valueBytes} bytes as JSON` });
  }
}

export function fitsType(value: JsonValue, type: FlagType): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "float":
      return Number.isFinite(value);
    case "object":
      return typeof value === "object" && value !== null;
    case "json":
      return true;
  }
}

/** An expiry without a lifetime makes the flag temporary. */
function validateLifetime({ lifetime, expiresAt }: Pick<FlagInput, "lifetime" | "expiresAt">, errors: FieldError[]) {
  if (typeof expiresAt !== "string") return;
  expectInstant(expiresAt, "/expiresAt", errors);
  if (lifetime !== "temporary" && lifetime !== undefined)
    errors.push({ pointer: "/expiresAt", detail: "is only for flags with the lifetime temporary" });
}

function validateMetadata(metadata: FlagDefinition["metadata"], errors: FieldError[]): void {
  const entries = Object.entries(metadata);
  if (entries.length > LIMITS.metadataEntries) {
    errors.push({ pointer: "/metadata", detail: `must have at most ${LIMITS.metadataEntries} entries` });
  }
  for (const [name, value] of entries) {
    const pointer = `/metadata/${escapePointer(name)}`;
    if (name === RESERVED_NAME) errors.push({ pointer, detail: "is a reserved name" });
    // Clients in typed languages reject a whole response if one metadata number exceeds 32 bits.
    if (typeof value === "number" && !(Number.isInteger(value) && Math.abs(value) <= INT32_MAX)) {
      errors.push({ pointer, detail: "must be text, a 32-bit whole number, true or false" });
    }
  }
}

function validateKind(flag: FlagDefinition & FlagConfiguration, errors: FieldError[]): void {
  if (flag.kind === "flag") return;
  if (flag.type !== "boolean") errors.push({ pointer: "/type", detail: `must be boolean for a ${flag.kind}` });
  if (flag.kind === "switch") {
    if (flag.rules.length > 0) errors.push({ pointer: "/rules", detail: "must be empty: a switch has no targeting" });
    if (!("variant" in flag.default)) {
      errors.push({ pointer: "/default", detail: "must be a variant: a switch has no rollout" });
    }
  } else if (!("draw" in flag.default)) {
    errors.push({ pointer: "/default", detail: "must be a draw: a sample is drawn on every call" });
  }
}

function validateRules(
  flag: FlagDefinition & FlagConfiguration,
  acceptsEmptyText: boolean,
  errors: FieldError[],
): void {
  const ids = new Set<string>();
  const count = { conditions: 0, acceptsEmptyText };
  flag.rules.forEach((rule, i) => {
    const pointer = `/rules/${i}`;
    expectName(rule.id, `${pointer}/id`, errors);
    if (ids.has(rule.id)) errors.push({ pointer: `${pointer}/id`, detail: "is already the id of an earlier rule" });
    ids.add(rule.id);
    const from = expectInstant(rule.from, `${pointer}/from`, errors);
    const until = expectInstant(rule.until, `${pointer}/until`, errors);
    if (from >= until) errors.push({ pointer: `${pointer}/until`, detail: "must be after from" });
    validateDuring(rule.during, `${pointer}/during`, errors);
    if (rule.when) validateCondition(rule.when, `${pointer}/when`, count, errors);
    validateServe(flag, rule.serve, `${pointer}/serve`, false, errors);
  });
}

/** Adds every problem of a serve. The weights of a flag's default (`isDefault`) must sum to the total. */
function validateServe(
  flag: FlagDefinition,
  serve: Serve,
  pointer: string,
  isDefault: boolean,
  errors: FieldError[],
): void {
  if ("variant" in serve) {
    if (serve.variant !== null) expectVariant(flag, serve.variant, `${pointer}/variant`, errors);
  } else if ("draw" in serve) {
    if (flag.kind !== "sample") errors.push({ pointer: `${pointer}/draw`, detail: "is allowed only in a sample" });
    validateWeights(flag, serve.draw.weights, `${pointer}/draw/weights`, isDefault, errors);
  } else if ("rollout" in serve) {
    const { rollout } = serve;
    if (flag.kind === "sample") {
      errors.push({
        pointer: `${pointer}/rollout`,
        detail: "is not allowed in a sample, which uses draw",
      });
    }
    validateBucketing(rollout, `${pointer}/rollout`, errors);
    const mustBeWhole = isDefault && rollout.ramp === undefined;
    validateWeights(flag, rollout.weights, `${pointer}/rollout/weights`, mustBeWhole, errors, rollout.total);
    validateRamp(rollout.ramp, `${pointer}/rollout/ramp`, errors);
  }
}

function validateWeights(
  flag: FlagDefinition,
  weights: Rollout["weights"],
  pointer: string,
  mustBeWhole: boolean,
  errors: FieldError[],
  total = WEIGHT_TOTAL,
): void {
  let sum = 0;
  weights.forEach(([variant, weight], i) => {
    expectVariant(flag, variant, `${pointer}/${i}/0`, errors);
    sum += weight;
  });
  if (mustBeWhole ? sum !== total : sum > total) {
    errors.push({
      pointer,
      detail: `must sum to ${mustBeWhole ? "exactly" : "at most"} ${total}, but sum to ${sum}`,
    });
  }
}

function validateRamp(ramp: Rollout["ramp"], pointer: string, errors: FieldError[]): void {
  if (ramp === undefined) return;
  const start = expectInstant(ramp.startAt, `${pointer}/startAt`, errors);
  const end = expectInstant(ramp.endAt, `${pointer}/endAt`, errors);
  if (start >= end) errors.push({ pointer: `${pointer}/endAt`, detail: "must be after startAt" });
}

/** Returns an instant in ms since epoch, or NaN, which compares false with everything, if it is absent or invalid. */
function expectInstant(text: string | undefined, pointer: string, errors: FieldError[]): number {
  if (text === undefined) return NaN;
  const instant = parseInstant(text);
  if (Number.isNaN(instant)) {
    errors.push({ pointer, detail: "must be an ISO 8601 instant such as 2030-01-31T09:00:00Z" });
  }
  return instant;
}

function expectVariant({ variants }: FlagDefinition, name: string, pointer: string, errors: FieldError[]): void {
  if (Object.hasOwn(variants, name)) return;
  errors.push({
    pointer,
    detail: `is not a variant of this flag; its variants are ${Object.keys(variants).join(", ")}`,
  });
}

const encoder = new TextEncoder();

/** Returns the size of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

/** Escapes a name as one step of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Returns the JSON pointer to a place in a value. */
export function pointerTo(steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${escapePointer(String(step))}`).join("");
}
