import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue, Serve } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { type Period, scheduleOf } from "../../lowering/schedule.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { all, bucketIn, type Lowered } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, listOf, numberOf, type Placed, textOf } from "../../lowering/source.ts";
import type { DraftProject, FlagInput } from "../../types.ts";
import { type ConditionScope, lowerRules } from "./conditions.ts";
import { FLAG } from "./shape.ts";
import { type Variations, variationsOf } from "./variations.ts";

/** Imports a universal flag configuration of Eppo. */
export function importEppo(input: unknown): DraftProject {
  return importConfiguration(input, "eppo");
}

/** Imports a universal flag configuration of Datadog. */
export function importDatadog(input: unknown): DraftProject {
  return importConfiguration(input, "datadog");
}

function importConfiguration(input: unknown, system: ConditionScope["system"]): DraftProject {
  const { configuration, place } = configurationOf(fieldsOf(input), "");
  const reader = new RowReader();
  const rows = reader.named("flag", configuration["flags"], at(place, "flags"));
  const flags = [...rows].map(([key, { fields, place: where }]) => {
    return draftOf({ kind: "flag", key, place: where }, (notes) => {
      if (configuration["format"] === "CLIENT" || fieldsOf(configuration)["obfuscated"] === true)
        throw new NotImportable(at(place, "format"), "the configuration is obfuscated; export it with a server's key");
      return lowerFlag(key, { fields, place: where }, { system, notes });
    });
  });
  return { flags, segments: [], refused: reader.refused, toContext, fromResolution: resolvedValue };
}

/** Datadog wraps the configuration in a document of JSON:API. */
export function configurationOf(input: Fields, place: string): { configuration: Fields; place: string } {
  const { attributes } = fieldsOf(input["data"]);
  return isFields(attributes)
    ? { configuration: attributes, place: at(place, "data", "attributes") }
    : { configuration: input, place };
}

function lowerFlag(key: string, { fields: flag, place }: Placed, scope: ConditionScope): FlagInput {
  checkShape(flag, FLAG, place);
  const variations = variationsOf(flag, place);
  const list = new RuleList();
  listOf(flag["allocations"]).forEach((allocation, i) => {
    lowerAllocation(fieldsOf(allocation), at(place, "allocations", i), { ...scope, flag, variations, list });
  });
  if (Object.keys(variations.variants).length === 0)
    scope.notes.note(
      at(place, "variations"),
      'the flag has no variations; it gets one, "none", which nobody is served',
    );
  return {
    key,
    kind: "flag",
    clientVisible: false,
    metadata: {},
    enabled: flag["enabled"] === true,
    offVariant: null,
    rules: list.rules,
    default: { variant: null },
    prerequisites: [],
    ...definitionOf(variations),
  };
}

function definitionOf({ type, variants }: Variations): Pick<FlagInput, "type" | "variants"> {
  return Object.keys(variants).length === 0 ? { type: "json", variants: { none: null } } : { type, variants };
}

interface AllocationScope extends ConditionScope {
  flag: Fields;
  variations: Variations;
  list: RuleList;
}

/** Adds a rule for each split of an allocation. */
function lowerAllocation(allocation: Fields, place: string, scope: AllocationScope): void {
  const { flag, variations, list } = scope;
  const applies = lowerRules(listOf(allocation["rules"]), at(place, "rules"), scope);
  const period = periodOf(allocation, place);
  if (period.from >= period.until) {
    scope.notes.note(at(place, "endAt"), "it is before startAt, so the allocation never applies");
    return;
  }
  const schedule = scheduleOf(period);
  const key = textOf(allocation["key"]) ?? "allocation";
  for (const split of listOf(allocation["splits"]).map(fieldsOf)) {
    const when = all(
      applies,
      ...listOf(split["shards"]).map((shard) => lowerShard(fieldsOf(shard), flag, at(place, "splits"))),
    );
    const variant = variations.names.get(String(split["variationKey"]));
    // A value of another type is an error, and the caller gets its default.
    const serve: Serve = variant === undefined ? { error: "PARSE_ERROR" } : { variant };
    list.add(key, when, serve, schedule);
  }
}

/** Eppo's SDKs include the last millisecond. */
function periodOf({ startAt, endAt }: Fields, place: string): Period {
  return { from: instantOf(startAt, at(place, "startAt")), until: instantOf(endAt, at(place, "endAt")) + 1 };
}

function instantOf(value: unknown, place: string): number {
  const text = textOf(value);
  const instant = parseInstant(text ?? "");
  if (text !== undefined && Number.isNaN(instant)) throw new NotImportable(place, `"${text}" is not a date`);
  return instant;
}

/** All shards of a split must contain the subject. Datadog has the total on the shard. */
function lowerShard(shard: Fields, flag: Fields, place: string): Lowered {
  const total = numberOf(shard["totalShards"]) ?? numberOf(flag["totalShards"]);
  if (total === undefined) throw new NotImportable(place, "neither the flag nor the shard has totalShards");
  const ranges = listOf(shard["ranges"])
    .map(fieldsOf)
    .map(({ start, end }): [number, number] => [numberOf(start) ?? 0, Math.min(total, numberOf(end) ?? 0)]);
  return bucketIn({ by: ["targetingKey"], salt: textOf(shard["salt"]) ?? "", hash: "eppo-1", total }, ranges);
}

/** Returns the context that an OpenFeature user sends in place of `{ subjectKey, subjectAttributes }`. */
function toContext(context: unknown): EvaluationContext {
  const { subjectKey, subjectAttributes } = fieldsOf(context);
  const attributes = fieldsOf(subjectAttributes) as Record<string, JsonValue>;
  return { ...attributes, ...(typeof subjectKey === "string" && { targetingKey: subjectKey }) };
}
