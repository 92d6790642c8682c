import type { EvaluationContext, Resolution } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { draftOf, NotImportable, type Notes } from "../../lowering/draft.ts";
import { metadataOf } from "../../lowering/metadata.ts";
import { RowReader } from "../../lowering/rows.ts";
import type { Period } from "../../lowering/schedule.ts";
import {
  at,
  type Fields,
  fieldsOf,
  isFields,
  type Placed,
  partsOf,
  scalarText,
  textOf,
} from "../../lowering/source.ts";
import { checkShape } from "../../lowering/shape.ts";
import { commonType } from "../../lowering/value-type.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import type { DraftProject, FlagInput } from "../../types.ts";
import { subjectOf } from "./attributes.ts";
import type { OutcomeScope } from "./outcomes.ts";
import { type Reason, StateRules, stateNeedsKey } from "./rules.ts";
import { FLAG } from "./shape.ts";
import { type State, statesOf } from "./states.ts";

/** Imports a flag file of GO Feature Flag, or the response of its relay proxy's `/v1/flag/configuration`. */
export function importGoFeatureFlag(input: unknown): DraftProject {
  const views = new Map<string, View>();
  const enrichment = isResponse(input) ? fieldsOf(fieldsOf(input)["evaluationContextEnrichment"]) : {};
  const reader = new RowReader();
  const rows = isResponse(input)
    ? reader.named("flag", fieldsOf(input)["flags"], "/flags")
    : reader.named("flag", fieldsOf(input), "");
  const flags = [...rows].map(([key, part]) =>
    draftOf({ kind: "flag", key, place: part.place }, (notes) => lowerFlag(key, part, enrichment, notes, views)),
  );
  return {
    flags,
    segments: [],
    refused: reader.refused,
    toContext: (context) => ({ ...toContext(context), ...(enrichment as Record<string, JsonValue>) }),
    fromResolution: (resolution, key) => fromResolution(resolution, views.get(key)),
  };
}

/** The parts of a flag that its results contain in GO Feature Flag. */
interface View {
  reasons: ReadonlyMap<string, Reason>;
  defaultReason: Reason;
  /** The names of variations by those of the variants. */
  names: ReadonlyMap<string, string>;
}

/** Returns whether a source is the relay proxy's response, rather than a file whose flag has the name "flags". */
function isResponse(input: unknown): boolean {
  const { flags } = fieldsOf(input);
  return isFields(flags) && !isFields(flags["variations"]) && flags["defaultRule"] === undefined;
}

function lowerFlag(key: string, flag: Placed, enrichment: Fields, notes: Notes, views: Map<string, View>): FlagInput {
  const { fields, place } = flag;
  for (const name of ["true", "false", "default", "percentage", "rule", "rollout"])
    if (name in fields)
      throw new NotImportable(at(place, name), "this is the format before version 1.0; convert the file first");
  checkShape(fields, FLAG, place);
  const variants = new VariantSet();
  const names = new Map<string, string>();
  const scope: Omit<OutcomeScope, "variations"> = { flagKey: key, bucketingKey: keyOf(flag), variants, notes };
  const states = statesOf(flag, notes);
  for (const state of states) addVariants(state, at(place, "variations"), variants, names);
  const rules = new StateRules(scope, textOf(fields["bucketingKey"]) !== undefined);
  const { serve, reason, isDisabled } = lowerStates(states, flag, rules);
  views.set(key, { reasons: rules.reasons, defaultReason: reason, names });
  if (isDisabled && rules.rules[0]?.serve !== undefined && "error" in rules.rules[0].serve)
    notes.note(
      at(place, "disable"),
      "without a key, the flag is DISABLED here, but TARGETING_KEY_MISSING in GO Feature Flag",
    );
  noteUnused(flag, enrichment, notes);
  const metadata = metadataOf(fieldsOf(fields["metadata"]), at(place, "metadata"), notes);
  const version = scalarText(fields["version"]);
  const description = textOf(fieldsOf(fields["metadata"])["description"]);
  return {
    key,
    kind: "flag",
    type: commonType(Object.values(variants.values)),
    ...(description !== undefined && { description }),
    variants: variants.values,
    clientVisible: false,
    metadata: { ...(version !== "" && { version }), ...metadata },
    enabled: !isDisabled,
    offVariant: null,
    rules: rules.rules,
    default: serve,
    prerequisites: [],
  };
}

function keyOf({ fields, place }: Placed): OutcomeScope["bucketingKey"] {
  const key = fields["bucketingKey"];
  if (key === undefined || key === null) return "targetingKey";
  if (typeof key !== "string" || key === "")
    throw new NotImportable(at(place, "bucketingKey"), "it is not the name of an attribute");
  return subjectOf(key.split("."), at(place, "bucketingKey")).attribute;
}

function addVariants(state: State, place: string, variants: VariantSet, names: Map<string, string>): void {
  const entries = Object.entries(state.variations);
  if (entries.length === 0) throw new NotImportable(place, "the flag has no variations");
  for (const [name, value] of entries) {
    if (value === undefined || value === null) throw new NotImportable(at(place, name), "the variation has no value");
    names.set(variants.nameOf(value as JsonValue, name, [name, value]), name);
  }
}

const ALWAYS: Period = { from: -Infinity, until: Infinity };

interface Lowered {
  serve: FlagInput["default"];
  reason: Reason;
  isDisabled: boolean;
}

/** Adds the rules of all states, and returns the rest of the flag: its default and whether it is on. */
function lowerStates(states: readonly State[], flag: Placed, rules: StateRules): Lowered {
  const steps = partsOf(flag, "scheduledRollout").flatMap((step) => partsOf(step, "targeting"));
  const [only, ...others] = states;
  const isSimple = only !== undefined && others.length === 0;
  let result: Lowered = { serve: { variant: null }, reason: "DISABLED", isDisabled: false };
  const needs = states.map((state) => stateNeedsKey(state, steps));
  const isSame = new Set(needs).size === 1;
  if (isSame) rules.addKeyCheck(needs[0] === true, ALWAYS);
  for (const [i, state] of states.entries()) {
    if (!isSame) rules.addKeyCheck(needs[i] === true, state);
    if (state.isDisabled && !isSimple) {
      rules.addDisabled("disabled", state);
      continue;
    }
    const active: Period = {
      from: Math.max(state.from, state.experiment?.from ?? -Infinity),
      until: Math.min(state.until, state.experiment?.until ?? Infinity),
    };
    if (active.from > state.from)
      rules.addDisabled("before-experiment", { ...state, until: Math.min(active.from, state.until) });
    if (active.until < state.until)
      rules.addDisabled("after-experiment", { ...state, from: Math.max(active.until, state.from) });
    const outcome = rules.addState(state, active);
    if (state.until < Infinity) rules.addLast(outcome, active);
    else result = { serve: outcome.last.serve, reason: outcome.reason, isDisabled: state.isDisabled };
  }
  return result;
}

const KNOWN = [
  ["variations", "targeting", "defaultRule", "bucketingKey", "scheduledRollout", "experimentation"],
  ["disable", "version", "metadata", "trackEvents", "converter"],
].flat();

function noteUnused({ fields, place }: Placed, enrichment: Fields, notes: Notes): void {
  if (typeof fields["version"] === "number")
    notes.note(at(place, "version"), "the version is a number; write it as text to keep zeros at its end");
  if (fields["trackEvents"] === false) notes.note(at(place, "trackEvents"), "Burgee exports no events of evaluations");
  for (const name of Object.keys(fields))
    if (!KNOWN.includes(name)) notes.note(at(place, name), "it is left out, because GO Feature Flag does not know it");
  for (const step of partsOf({ fields, place }, "scheduledRollout"))
    for (const name of ["version", "trackEvents", "metadata"])
      if (name in step.fields)
        notes.note(at(step.place, name), "it is left out, because only the flag itself can have it here");
  if (Object.keys(enrichment).length > 0)
    notes.note("/evaluationContextEnrichment", "send these attributes with every context");
}

/** Returns the context that an OpenFeature user sends: the same, or `{ key, custom }` in the form of the Go module. */
function toContext(context: unknown): EvaluationContext {
  const { targetingKey, key, custom, ...others } = fieldsOf(context) as Record<string, JsonValue>;
  const isOwn = isFields(custom) && targetingKey === undefined;
  const id = isOwn ? key : targetingKey;
  const attributes = isOwn
    ? (custom as Record<string, JsonValue>)
    : { ...others, ...(key !== undefined && { key }), ...(custom !== undefined && { custom }) };
  return { ...attributes, ...(typeof id === "string" && { targetingKey: id }) };
}

const SDK_DEFAULT = "SdkDefault";

/** Returns a variation's result. It has no value if the caller's default is the value. */
function fromResolution(resolution: Resolution, view: View | undefined): unknown {
  if (resolution.reason === "ERROR") {
    const { errorCode } = resolution;
    const code = errorCode === "GENERAL" ? "FLAG_CONFIG" : errorCode;
    return { variationType: SDK_DEFAULT, reason: "ERROR", errorCode: code, failed: true };
  }
  const { value, variant, ruleId, reason } = resolution;
  if (variant === undefined || reason === "DISABLED")
    return { variationType: SDK_DEFAULT, reason: "DISABLED", failed: false };
  const own = ruleId === undefined ? view?.defaultReason : view?.reasons.get(ruleId);
  return { value, variationType: view?.names.get(variant) ?? variant, reason: own ?? reason, failed: false };
}
