import type { EvaluationContext, Resolution } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import type { Lowered } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { metadataOf } from "../../lowering/metadata.ts";
import { Names } from "../../lowering/names.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, textOf } from "../../lowering/source.ts";
import { commonType } from "../../lowering/value-type.ts";
import type { DraftProject, FlagInput, ImportOptions } from "../../types.ts";
import { segmentsOf } from "./evaluators.ts";
import { FLAG } from "./shape.ts";
import { type Scope, Unparsable } from "./scope.ts";
import { Targeting } from "./targeting.ts";

/**
 * Imports flag definitions of flagd: `{ flags, $evaluators, metadata }`. The operator for Kubernetes has them in the
 * `flagSpec` of a resource.
 */
export function importFlagd(input: unknown, options: ImportOptions): DraftProject {
  const { flagSpec } = fieldsOf(fieldsOf(input)["spec"]);
  const [source, root] = isFields(flagSpec) ? [flagSpec, "/spec/flagSpec"] : [fieldsOf(input), ""];
  const evaluators = fieldsOf(source["$evaluators"]);
  const version = options.hashVersion ?? 2;
  const isJavaScript = options.sdk === "javascript";
  const base = { evaluators, open: [], version, isJavaScript };
  const segments = segmentsOf({ ...base, flagKey: "", segment: () => undefined });
  const usable = new Set(segments.flatMap(({ item }) => item?.key ?? []));
  const segment = (name: string): Lowered | undefined => (usable.has(name) ? { segment: name } : undefined);
  const views = new Map<string, View>();
  const reader = new RowReader();
  const flags = [...reader.named("flag", source["flags"], at(root, "flags"))].map(([key, { fields, place }]) => {
    return draftOf({ kind: "flag", key, place }, (notes) => {
      if (version !== 1 && version !== 2 && version !== 3)
        throw new NotImportable(place, `there is no version ${String(version)} of "fractional"; there are 1, 2 and 3`);
      const scope: Scope = { ...base, flagKey: key, notes, segment };
      return lowerFlag(fields, fieldsOf(source["metadata"]), place, scope, views);
    });
  });
  return {
    flags,
    segments: segments as DraftProject["segments"],
    refused: reader.refused,
    toContext,
    fromResolution: (resolution, key) => fromResolution(resolution, views.get(key)),
  };
}

/** The names of one flag's variants and rules in flagd. */
interface View {
  names: Map<string, string>;
  defaults: ReadonlySet<string>;
}

function lowerFlag(flag: Fields, shared: Fields, place: string, scope: Scope, views: Map<string, View>): FlagInput {
  checkShape(flag, FLAG, place);
  const { state, targeting } = flag;
  if (state !== "ENABLED" && state !== "DISABLED")
    throw new NotImportable(at(place, "state"), `the state ${JSON.stringify(state)} is not known`);
  const names = new Names();
  const bySource = new Map<string, string>();
  const variants: Record<string, JsonValue> = {};
  for (const [source, value] of Object.entries(fieldsOf(flag["variants"]))) {
    const name = names.take(source);
    bySource.set(source, name);
    variants[name] = value as JsonValue;
  }
  if (bySource.size === 0) throw new NotImportable(at(place, "variants"), "the flag has no variants");
  const defaultVariant = textOf(flag["defaultVariant"]) || undefined;
  if (defaultVariant !== undefined && !bySource.has(defaultVariant))
    throw new NotImportable(at(place, "defaultVariant"), `there is no variant "${defaultVariant}"`);
  const fallback = defaultVariant === undefined ? null : (bySource.get(defaultVariant) ?? null);
  const lowered = new Targeting(scope, bySource, fallback);
  let serve: FlagInput["default"] = { variant: fallback };
  try {
    if (targeting && Object.keys(targeting).length > 0) lowered.lower(targeting, at(place, "targeting"));
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    scope.notes.note(error.place, `${error.message}; flagd gives an error, and so does this flag`);
    serve = { error: "PARSE_ERROR" };
    lowered.rules.length = 0;
  }
  views.set(scope.flagKey, {
    names: new Map([...bySource].map(([source, name]) => [name, source])),
    defaults: lowered.defaults,
  });
  return {
    key: scope.flagKey,
    kind: "flag",
    type: commonType(Object.values(variants)),
    variants,
    clientVisible: false,
    metadata: metadataOf({ ...shared, ...fieldsOf(flag["metadata"]) }, at(place, "metadata"), scope.notes),
    enabled: state === "ENABLED",
    offVariant: null,
    rules: lowered.rules,
    default: serve,
    prerequisites: [],
  };
}

/** Returns the same context: flagd's users are OpenFeature's. */
function toContext(context: unknown): EvaluationContext {
  const { targetingKey, ...attributes } = fieldsOf(context) as Record<string, JsonValue>;
  return { ...attributes, ...(typeof targetingKey === "string" && { targetingKey }) };
}

/** Returns flagd's resolution. It has no value if the caller's default is the value. */
function fromResolution(resolution: Resolution, view: View | undefined): unknown {
  if (resolution.reason === "ERROR") return { reason: "ERROR", errorCode: resolution.errorCode };
  const { reason, variant, value, ruleId } = resolution;
  if (variant === undefined) return { reason };
  const isDefault = ruleId !== undefined && view?.defaults.has(ruleId) === true;
  const theirs = isDefault ? "DEFAULT" : reason === "SPLIT" ? "TARGETING_MATCH" : reason;
  return { value, variant: view?.names.get(variant) ?? variant, reason: theirs };
}
