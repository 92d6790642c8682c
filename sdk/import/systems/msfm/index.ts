import type { EvaluationContext, Resolution } from "../../../../src/evaluation/types.ts";
import { type Serve, WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { all, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable, Notes } from "../../lowering/draft.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { RowReader } from "../../lowering/rows.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { scheduleOf } from "../../lowering/schedule.ts";
import { checkShape } from "../../lowering/shape.ts";
import { fieldsOf, isFields, scalarText, textsOf } from "../../lowering/source.ts";
import type { DraftProject, FlagInput, ImportOptions } from "../../types.ts";
import { field, partIn, partsIn, textIn } from "./fields.ts";
import { type Alternative, lowerFilters } from "./filters.ts";
import { type Feature, readFeatures } from "./source.ts";
import type { Time } from "./moment.ts";
import { FEATURE } from "./shape.ts";
import { VariantTable } from "./variants.ts";

const ON = "on";
const OFF = "off";

/** Imports flags of Microsoft's FeatureManagement and of Azure App Configuration. */
export function importMicrosoft(input: unknown, { sdk, environment }: ImportOptions): DraftProject {
  const reader = new RowReader();
  const flags = readFeatures(input, environment, reader).map((feature) =>
    draftOf({ kind: "flag", key: feature.id, place: feature.place }, (notes) => {
      if (feature.problem !== undefined) throw new NotImportable(feature.place, feature.problem);
      if (feature.isCurrent) checkShape(feature.fields, FEATURE, feature.place);
      noteUnused(feature, notes);
      const alternatives = alternativesOf(feature, sdk === "javascript", notes);
      const isPlain = partsIn(feature, "variants").length === 0;
      return {
        ...baseOf(feature),
        ...(isPlain ? booleanFlag(alternatives) : variantFlag(feature, alternatives, notes)),
      };
    }),
  );
  return { flags, segments: [], refused: reader.refused, toContext, fromResolution };
}

type Shared = "key" | "clientVisible" | "metadata" | "enabled" | "prerequisites" | "description" | "tags";

function baseOf(feature: Feature): Pick<FlagInput, Shared> {
  const texts = [textIn(feature, "display_name"), textIn(feature, "description")];
  const description = texts.filter((text) => text !== undefined && text !== "").join(": ");
  return {
    key: feature.id,
    ...(description !== "" && { description }),
    ...(feature.tags.length > 0 && { tags: feature.tags }),
    clientVisible: false,
    metadata: {},
    enabled: feature.isOn,
    prerequisites: [],
  };
}

function noteUnused(feature: Feature, notes: Notes): void {
  for (const place of feature.replaced) notes.note(place, "a later flag with the same id replaces this one");
  const telemetry = partIn(feature, "telemetry");
  if (telemetry.fields["enabled"] === true || isFields(field(telemetry, "metadata").value))
    notes.note(telemetry.place, "Burgee sends no evaluation events and keeps no telemetry metadata");
}

/** A flag that is off does not need its filters, so those that cannot be imported are left out. */
function alternativesOf(feature: Feature, isJavaScript: boolean, notes: Notes): Alternative[] {
  if (feature.isOn) return lowerFilters({ feature, isJavaScript, notes });
  const inner = new Notes();
  try {
    const alternatives = lowerFilters({ feature, isJavaScript, notes: inner });
    for (const { place, text } of inner.notes) notes.note(place, text);
    return alternatives;
  } catch (error) {
    if (!(error instanceof NotImportable)) throw error;
    notes.note(error.place, `${error.message}: the flag is off, so its filters are left out`);
    return [];
  }
}

type Rules = Pick<FlagInput, "kind" | "type" | "variants" | "offVariant" | "rules" | "default">;

function booleanFlag(alternatives: readonly Alternative[]): Rules {
  const list = new RuleList();
  const isSample = alternatives.some(({ weight }) => weight !== undefined);
  const isAlways = alternatives.some((one) => one.when === true && one.time === undefined && one.weight === undefined);
  const draw = (weights: [string, number][]): Serve => ({ draw: { weights } });
  if (!isAlways)
    for (const { id, when, time, weight } of alternatives)
      list.add(id, when, weight === undefined ? { variant: ON } : draw([[ON, weight]]), timesOf(time));
  const fallback = isAlways ? ON : OFF;
  return {
    kind: isSample ? "sample" : "flag",
    type: "boolean",
    variants: { [ON]: true, [OFF]: false },
    offVariant: OFF,
    rules: list.rules,
    default: isSample ? draw([[fallback, WEIGHT_TOTAL]]) : { variant: fallback },
  };
}

function variantFlag(feature: Feature, alternatives: readonly Alternative[], notes: Notes): Rules {
  const table = new VariantTable(feature, notes);
  const list = new RuleList();
  const [disabled, enabled] = [{ variant: table.disabled() }, { variant: table.enabled() }];
  const steps = table.steps();
  const [only, ...others] = alternatives;
  if (alternatives.some(({ weight }) => weight !== undefined))
    throw new NotImportable(feature.place, "a random percentage decides whether its variants are served");
  const isOneCondition = only !== undefined && others.length === 0 && only.time === undefined;
  // One condition is tested once, before the allocation; the others guard each step of it.
  if (isOneCondition) list.add("disabled", not(only.when), disabled);
  for (const { id, when, time } of alternatives) {
    for (const step of steps)
      list.add(
        isOneCondition ? step.id : `${id}.${step.id}`,
        isOneCondition ? step.when : all(when, step.when),
        step.serve,
        timesOf(time),
      );
    if (!isOneCondition) list.add(`${id}.enabled`, when, enabled, timesOf(time));
  }
  return {
    kind: "flag",
    type: "object",
    variants: table.values,
    offVariant: disabled.variant,
    rules: list.rules,
    default: isOneCondition ? enabled : disabled,
  };
}

function timesOf(time: Time | undefined) {
  if (time === undefined) return {};
  return { ...scheduleOf(time), ...(time.during !== undefined && { during: time.during }) };
}

/** Returns the context that an OpenFeature user sends in place of `{ userId, groups }`. */
function toContext(context: unknown): EvaluationContext {
  const { userId, groups } = fieldsOf(context);
  const hasUser = userId !== undefined && userId !== null;
  return {
    ...(hasUser && { targetingKey: scalarText(userId) }),
    ...(Array.isArray(groups) && { groups: textsOf(groups) }),
  };
}

/** Returns the results of `isEnabled` and `getVariant`. */
function fromResolution(resolution: Resolution): unknown {
  const value = resolvedValue(resolution);
  if (!isFields(value)) return { enabled: value === true };
  const { enabled, variant, configuration } = value;
  if (variant === null) return { enabled };
  return { enabled, variant: { name: variant, ...(configuration !== undefined && { configuration }) } };
}
