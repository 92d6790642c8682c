import { compileCondition } from "../../../../src/evaluation/conditions.ts";
import { newCompilation } from "../../../../src/evaluation/compile.ts";
import { TRUE } from "../../../../src/evaluation/truth.ts";
import type { EvaluationContext, Resolution } from "../../../../src/evaluation/types.ts";
import type { FlagDocument, JsonValue } from "../../../../src/flags/document.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { type Lowered, not } from "../../lowering/condition.ts";
import { DraftTable } from "../../lowering/draft-table.ts";
import { NotImportable, Notes } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { entryOf, at, type Fields, fieldsOf, listOf, type Placed, textOf } from "../../lowering/source.ts";
import { commonType } from "../../lowering/value-type.ts";
import type { Draft, DraftProject, FlagInput, ImportOptions, ReportEntry } from "../../types.ts";
import { SCHEMES } from "./buckets.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerJsonSchema } from "./json-schema.ts";
import { FEATURE } from "./shape.ts";
import { lowerRule, type ParentTest, type RuleScope, ValueTable } from "./rules.ts";

/** Imports the response of `/api/features/<client key>`: `{ features, savedGroups }`. */
export function importGrowthBook(input: unknown, { sdk = "javascript" }: ImportOptions): DraftProject {
  const project = new FeatureTable(fieldsOf(input), sdk);
  return { flags: project.drafts(), segments: [], refused: project.refused, toContext, fromResolution };
}

/** The features of a project. */
class FeatureTable {
  readonly refused: readonly ReportEntry[];
  readonly #features: ReadonlyMap<string, Placed>;
  readonly #groups: Fields;
  readonly #sdk: string;
  readonly #table = new DraftTable(
    (key) => at("/features", key),
    (key, place, notes) => this.#lower(key, this.#features.get(key)?.fields ?? {}, place, notes),
  );

  constructor({ features, savedGroups, experiments }: Fields, sdk: string) {
    const reader = new RowReader();
    this.#features = reader.named("flag", features, "/features");
    for (const [key, { place }] of reader.list("flag", experiments, "/experiments", "key"))
      reader.refuse(
        "flag",
        key,
        place,
        "experiments in the visual editor and on URLs run in browsers, without a feature",
      );
    this.refused = reader.refused;
    this.#groups = fieldsOf(savedGroups);
    this.#sdk = sdk;
  }

  drafts(): Draft<FlagInput>[] {
    return [...this.#features.keys()].map((key) => this.#table.draft(key));
  }

  #lower(feature: string, fields: Fields, place: string, notes: Notes): FlagInput {
    checkShape(fields, FEATURE, place);
    const { defaultValue, rules } = fields;
    if (Object.keys(fields).length > 0 && defaultValue === undefined && rules === undefined)
      throw new NotImportable(place, "it has neither a default value nor rules");
    const table = new ValueTable();
    const fallback = table.serve(defaultValue, "default");
    const scope: RuleScope = {
      feature,
      groups: this.#groups,
      schemes: entryOf(SCHEMES, this.#sdk) ?? SCHEMES["javascript"] ?? {},
      table,
      rules: new RuleList(),
      parent: this.#parentTest,
      notes,
    };
    listOf(rules).forEach((rule, i) => lowerRule(fieldsOf(rule), i, at(place, "rules", i), scope));
    // A flag needs a variant, even if every rule gives the caller's fallback.
    const variants = Object.keys(table.variants).length === 0 ? { none: null } : table.variants;
    const type = commonType(Object.values(variants));
    return {
      key: feature,
      kind: "flag",
      type,
      clientVisible: true,
      metadata: {},
      variants,
      enabled: true,
      offVariant: fallback.variant,
      rules: scope.rules.rules,
      default: fallback,
      prerequisites: [],
      ...lowerJsonSchema(fields["jsonSchema"], { type, variants }, at(place, "jsonSchema"), notes),
    };
  }

  /** Returns when a parent has a wanted value. The condition is tried on each variant now. */
  readonly #parentTest: ParentTest = (feature, condition, place, notes) => {
    const isWanted = valueTest(lowerCondition(condition, this.#groups, at(place, "condition"), new Notes()));
    if (!this.#features.has(feature)) {
      notes.note(place, `the feature "${feature}" does not exist, so its value is null`);
      return isWanted(null);
    }
    if (this.#table.isOpen(feature))
      throw new NotImportable(place, `"${feature}" and this feature are each other's parents`);
    const parent = this.#table.draft(feature).item;
    if (parent === undefined) throw new NotImportable(place, `its parent "${feature}" is not importable`);
    const names = Object.keys(parent.variants);
    const wanted = names.filter((name) => isWanted(parent.variants[name] ?? null));
    const others = names.filter((name) => !wanted.includes(name));
    const serves = (variants: string[]): Lowered => variants.length > 0 && { flag: feature, variants };
    // A parent that serves no variant has the value `null`.
    return isWanted(null) ? not(serves(others)) : serves(wanted);
  };
}

function valueTest(condition: Lowered): (value: JsonValue) => boolean {
  if (typeof condition === "boolean") return () => condition;
  const test = compileCondition(condition, newCompilation({ key: "parent" } as FlagDocument));
  return (value) => test({ context: { value } as EvaluationContext, request: {}, now: 0, random: () => 0 }) === TRUE;
}

/** Returns the context that an OpenFeature user sends: the attributes, with the id as `targetingKey` too. */
function toContext(context: unknown): EvaluationContext {
  const attributes = fieldsOf(context) as Record<string, JsonValue>;
  const { id } = attributes;
  // GrowthBook takes the id 0 for a missing one.
  const key = typeof id === "number" && id !== 0 ? String(id) : textOf(id);
  return key === undefined || key === "" ? attributes : { ...attributes, targetingKey: key };
}

/** Returns the value of the feature. It is `null` if the caller's fallback is the value. */
function fromResolution(resolution: Resolution): unknown {
  return resolvedValue(resolution) ?? null;
}
