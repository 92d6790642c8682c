import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { DraftTable } from "../../lowering/draft-table.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, type Placed, textOf } from "../../lowering/source.ts";
import { commonType } from "../../lowering/value-type.ts";
import type { Draft, DraftProject, FlagInput, ReportEntry } from "../../types.ts";
import { CohortTable } from "./cohorts.ts";
import { FLAG } from "./shape.ts";
import { FALSE, lowerGroups, TRUE, variantsOf } from "./groups.ts";

/** Imports the definitions of local evaluation: `{ flags, group_type_mapping, cohorts }`. */
export function importPostHog(input: unknown): DraftProject {
  const source = fieldsOf(input);
  const flags = new FlagTable(source);
  return {
    flags: flags.drafts(),
    segments: flags.cohorts.drafts(),
    refused: flags.refused,
    toContext,
    fromResolution: resolvedValue,
  };
}

/** The flags of a source. */
class FlagTable {
  readonly cohorts: CohortTable;
  readonly refused: readonly ReportEntry[];
  readonly #groupTypes: Fields;
  readonly #flags: ReadonlyMap<string, Placed>;
  readonly #table = new DraftTable(
    (key) => this.#flagOf(key).place,
    (key, place, notes) => this.#lower(key, this.#flagOf(key).fields, place, notes),
  );
  readonly #isVersion2: boolean;

  constructor(source: Fields) {
    this.cohorts = new CohortTable(fieldsOf(source["cohorts"]));
    this.#groupTypes = fieldsOf(source["group_type_mapping"]);
    this.#isVersion2 = source["property_matching_version"] === 2;
    const reader = new RowReader();
    this.#flags = reader.list("flag", source["flags"], "/flags", "key");
    this.refused = reader.refused;
  }

  drafts(): Draft<FlagInput>[] {
    return [...this.#flags.keys()].map((key) => this.#table.draft(key));
  }

  #flagOf(key: string): Placed {
    return this.#flags.get(key) as Placed;
  }

  #lower(key: string, flag: Fields, place: string, notes: Notes): FlagInput {
    checkShape(flag, FLAG, place);
    const filters = fieldsOf(flag["filters"]);
    const where = at(place, "filters");
    if (this.#isVersion2) throw new NotImportable("/property_matching_version", "version 2 is not known");
    if (isFields(filters["holdout"])) throw new NotImportable(at(where, "holdout"), "holdouts have another hash");
    if (flag["ensure_experience_continuity"] === true)
      notes.approximate(at(place, "ensure_experience_continuity"), "earlier assignments are not kept");
    if (Object.keys(fieldsOf(filters["payloads"])).length > 0)
      notes.note(at(where, "payloads"), "payloads are not imported; the value is the variant's key or true");
    const variants = variantsOf(filters);
    const { cohorts } = this;
    const scope = { key, flag, filters, place: where, notes, cohorts, groupTypes: this.#groupTypes };
    const rules = lowerGroups({ ...scope, dependency: this.#dependency });
    return {
      key,
      kind: "flag",
      type: commonType(Object.values(variants)),
      description: textOf(flag["name"]) ?? "",
      clientVisible: false,
      metadata: {},
      variants,
      enabled: flag["active"] === true,
      offVariant: FALSE,
      rules,
      default: { variant: FALSE },
      prerequisites: [],
    };
  }

  /** Returns the variants of another flag that meet a dependency. */
  readonly #dependency = (
    { key, value }: Fields,
    place: string,
    notes: Notes,
  ): { flag: string; variants: string[] } => {
    const flag = String(key);
    if (!this.#flags.has(flag)) throw new NotImportable(at(place, "key"), `the flag "${flag}" is not in the source`);
    if (this.#table.isOpen(flag)) throw new NotImportable(place, `"${flag}" and this flag depend on each other`);
    const { item } = this.#table.draft(flag);
    if (item === undefined) throw new NotImportable(place, `the flag "${flag}" is not importable`);
    const names = Object.keys(item.variants);
    if (value === true) return { flag, variants: names.filter((name) => name !== FALSE) };
    if (value === false) notes.note(place, `"${flag}" is false here if local evaluation cannot decide it`);
    const wanted = value === false ? FALSE : textOf(value);
    const isKey = value === false || (wanted !== undefined && wanted !== TRUE && wanted !== FALSE);
    return { flag, variants: names.filter((name) => isKey && name === wanted) };
  };
}

/**
 * Returns the context that an OpenFeature user sends in place of
 * `{ distinctId, personProperties, groups, groupProperties }`.
 */
function toContext(context: unknown): EvaluationContext {
  const { distinctId, personProperties, groups, groupProperties } = fieldsOf(context);
  return {
    ...(fieldsOf(personProperties) as Record<string, JsonValue>),
    ...(isFields(groups) && { groups: groups as Record<string, JsonValue> }),
    ...(isFields(groupProperties) && { groupProperties: groupProperties as Record<string, JsonValue> }),
    ...(typeof distinctId === "string" && { targetingKey: distinctId }),
  };
}
