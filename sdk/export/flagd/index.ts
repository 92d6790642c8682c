/**
 * Exports one environment as flag definitions of flagd, which flagd and its providers for other languages evaluate.
 * Every exported flag gives the values that it gives here. Pure: no I/O, no time, no chance.
 */
import type { Condition, FlagInput, JsonValue } from "../../../src/flags/document.ts";
import type { Logic } from "../../import/systems/flagd/guards.ts";
import { branchCount } from "./size.ts";
import { canBeNull, type Outcome, targetingOf } from "./outcome.ts";
import { References } from "./references.ts";
import { Refusals, type Remark } from "./refusals.ts";

export const EXPORT_OUTCOMES = ["exact", "exact with a note", "not exportable"] as const;
export type ExportOutcome = (typeof EXPORT_OUTCOMES)[number];

/** One line of the report. */
export interface ExportEntry {
  kind: "flag" | "segment";
  key: string;
  outcome: ExportOutcome;
  /** The whole flag or segment, which is the root of the places in the notes. */
  place: "";
  /** Why it cannot be exported, or what else to know. Places are JSON pointers in the flag or segment. */
  notes: Remark[];
}

/** A flag in flagd's form. */
export interface FlagdFlag {
  state: "ENABLED" | "DISABLED";
  variants: Record<string, JsonValue>;
  defaultVariant?: string;
  targeting?: Logic;
  metadata?: Record<string, string | number | boolean>;
}

export interface FlagdDefinitions {
  $schema: string;
  flags: Record<string, FlagdFlag>;
  $evaluators?: Record<string, Logic>;
}

export interface FlagdExport {
  definitions: FlagdDefinitions;
  report: { format: "flagd"; entries: ExportEntry[] };
}

/** The flags and segments of one environment, by key. */
export interface Source {
  flags: ReadonlyMap<string, FlagInput>;
  segments: ReadonlyMap<string, { condition: object }>;
}

const SCHEMA = "https://flagd.dev/schema/v0/flags.json";
/** The largest number of operations and values in one flag. */
const MAX_SIZE = 100_000;

/** Exports an environment. The report names every flag and segment that is left out, and why. */
export function exportFlagd({ flags, segments }: Source): FlagdExport {
  const conditions = segments as ReadonlyMap<string, { condition: Condition }>;
  const references = new References(flags, conditions, isShareable);
  const entries: ExportEntry[] = [];
  const definitions: FlagdDefinitions = { $schema: SCHEMA, flags: {} };
  for (const [key, flag] of flags) {
    const { result, refusals } = references.flag(key);
    const problems = [...problemsOf(flag, result), ...refusals.all];
    const isExact = problems.length === 0;
    if (isExact) definitions.flags[key] = definitionOf(flag, result);
    const notes = isExact ? notesOf(flag) : problems;
    const outcome = isExact ? (notes.length === 0 ? "exact" : "exact with a note") : "not exportable";
    entries.push({ kind: "flag", key, outcome, place: "", notes });
  }
  const evaluators: Record<string, Logic> = {};
  for (const key of segments.keys()) {
    const { result, refusals } = references.segment(key);
    if (references.shared.has(key)) evaluators[key] = result.holds;
    const outcome = refusals.all.length === 0 ? "exact" : "not exportable";
    entries.push({ kind: "segment", key, outcome, place: "", notes: refusals.all });
  }
  if (Object.keys(evaluators).length > 0) definitions.$evaluators = evaluators;
  return { definitions, report: { format: "flagd", entries } };
}

/** Returns why a flag cannot be exported, apart from its conditions. */
function problemsOf(flag: FlagInput, outcome: Outcome): Remark[] {
  const refusals = new Refusals();
  const values = Object.entries(flag.variants);
  const types = new Set(values.map(([, value]) => typeof value));
  if (types.size > 1) refusals.add("/type", "the variants of a flag must have values of one type in flagd");
  for (const [name, value] of values) {
    const place = `/variants/${name}`;
    if (value === null) refusals.add(place, "a variant cannot be null in flagd");
    if (Array.isArray(value)) refusals.add(place, "an object cannot be a list in flagd");
    if (JSON.stringify(value).includes('"$ref"')) refusals.add(place, 'flagd replaces "$ref" in a value');
  }
  if (branchCount(targetingOf(outcome, ""), MAX_SIZE) > MAX_SIZE)
    refusals.add("/rules", `it needs more than ${MAX_SIZE} operations, with everything that it refers to`);
  return refusals.all;
}

function definitionOf(flag: FlagInput, outcome: Outcome): FlagdFlag {
  const { variants, metadata, enabled, offVariant } = flag;
  const more = Object.keys(metadata).length > 0 ? { metadata } : {};
  // flagd has no off variant: a flag that is disabled there gives the caller's default.
  if (!enabled && offVariant === null) return { state: "DISABLED", variants, ...more };
  if ("variant" in outcome) {
    const { variant } = outcome;
    return { state: "ENABLED", variants, ...(variant !== null && { defaultVariant: variant }), ...more };
  }
  let error = "error";
  while (Object.hasOwn(variants, error)) error += "-";
  return { state: "ENABLED", variants, ...defaultOf(flag, outcome), targeting: targetingOf(outcome, error), ...more };
}

/** A default variant would take the place of the caller's own default. */
function defaultOf({ default: serve }: FlagInput, outcome: Outcome): { defaultVariant?: string } {
  if (canBeNull(outcome) || !("variant" in serve) || serve.variant === null) return {};
  return { defaultVariant: serve.variant };
}

function notesOf({ enabled, offVariant }: FlagInput): Remark[] {
  if (enabled) return [];
  const text =
    offVariant === null
      ? "it is disabled in flagd too, which gives the caller's default"
      : `it is disabled; in flagd, it is enabled and always serves "${offVariant}"`;
  return [{ place: "/enabled", text }];
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** flagd puts evaluators in place by replacing text, so keys and values with special characters are written out. */
function isShareable(key: string, holds: Logic): boolean {
  return PLAIN_KEY.test(key) && typeof holds === "object" && !JSON.stringify(holds).includes("$");
}
