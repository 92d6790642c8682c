import { resolvedValue } from "../../lowering/resolved-value.ts";
import type { Lowered } from "../../lowering/condition.ts";
import { DraftTable } from "../../lowering/draft-table.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, listOf, type Placed, textOf } from "../../lowering/source.ts";
import type { Draft, DraftProject, FlagInput, ReportEntry } from "../../types.ts";
import { type Roles, rolesOf, toContextBy } from "./attributes.ts";
import { lowerRules, noteRoles } from "./rules.ts";
import { SegmentTable } from "./segments.ts";
import { SETTING } from "./shape.ts";
import { typeOf, valueOf, VariantTable } from "./values.ts";

/** Imports a config JSON of version 6: the file `config_v6.json` that the SDKs download. */
export function importConfigCat(input: unknown): DraftProject {
  const settings = new SettingTable(fieldsOf(input));
  return {
    flags: settings.drafts(),
    segments: settings.segments.drafts(),
    refused: settings.refused,
    toContext: toContextBy(settings.roles),
    fromResolution: resolvedValue,
  };
}

/** The settings of a config. */
class SettingTable {
  readonly refused: readonly ReportEntry[];
  readonly segments: SegmentTable;
  readonly roles: Roles;
  readonly #config: Fields;
  readonly #settings: ReadonlyMap<string, Placed>;
  readonly #salt: string | undefined;
  readonly #table = new DraftTable(
    (key) => at("/f", key),
    (key, place, notes) => this.#lower(key, this.#settings.get(key)?.fields ?? {}, place, notes),
  );

  constructor(config: Fields) {
    this.#config = config;
    const reader = new RowReader();
    this.#settings = reader.named("flag", config["f"], "/f");
    this.refused = reader.refused;
    this.#salt = textOf(fieldsOf(config["p"])["s"]);
    this.segments = new SegmentTable(listOf(config["s"]), this.#salt);
    this.roles = rolesOf(config);
  }

  drafts(): Draft<FlagInput>[] {
    return [...this.#settings.keys()].map((key) => this.#table.draft(key));
  }

  #lower(key: string, setting: Fields, place: string, notes: Notes): FlagInput {
    const type = typeOf(setting, place);
    checkShape(setting, SETTING, place);
    const variants = new VariantTable(type);
    const fallback = { variant: variants.variantOf(setting, place) };
    this.#noteSegments(setting, notes);
    const { roles, segments } = this;
    const prerequisite = this.#prerequisite;
    const scope = { key, setting, salt: this.#salt, roles, segments, variants, notes, prerequisite };
    const rules = lowerRules(scope, place);
    return {
      key,
      kind: "flag",
      type,
      clientVisible: false,
      metadata: {},
      variants: variants.variants,
      enabled: true,
      offVariant: fallback.variant,
      rules,
      default: fallback,
      prerequisites: [],
    };
  }

  /** A setting depends on the attributes of its segments too. */
  #noteSegments(setting: Fields, notes: Notes): void {
    const conditions = listOf(setting["r"]).flatMap((rule) => listOf(fieldsOf(rule)["c"]).map(fieldsOf));
    for (const index of new Set(conditions.flatMap(({ s }) => (isFields(s) ? [Number(s["s"])] : []))))
      listOf(fieldsOf(listOf(this.#config["s"])[index])["r"]).forEach((one, i) => {
        noteRoles(fieldsOf(one), at("/s", index, "r", i), { roles: this.roles, notes });
      });
  }

  readonly #prerequisite = ({ f, c, v }: Fields, place: string): Lowered => {
    const flag = String(f);
    if (!this.#settings.has(flag)) throw new NotImportable(at(place, "f"), `the config has no "${flag}"`);
    if (this.#table.isOpen(flag)) throw new NotImportable(place, `"${flag}" and this setting require each other`);
    const { item: parent } = this.#table.draft(flag);
    if (parent === undefined) throw new NotImportable(place, `its prerequisite "${flag}" is not importable`);
    // The SDK then fails for this setting too, which a condition cannot say.
    if (parent.rules.some(({ serve }) => "error" in serve))
      throw new NotImportable(place, `the percentages of its prerequisite "${flag}" are below 100`);
    const value = valueOf(v, parent.type);
    if (value === undefined) throw new NotImportable(at(place, "v"), `the value is not of the type of "${flag}"`);
    if (c !== 0 && c !== 1) throw new NotImportable(at(place, "c"), `the comparator ${String(c)} is not known`);
    const isWanted = (name: string): boolean => (parent.variants[name] === value) === (c === 0);
    const wanted = Object.keys(parent.variants).filter(isWanted);
    return wanted.length > 0 && { flag, variants: wanted };
  };
}
