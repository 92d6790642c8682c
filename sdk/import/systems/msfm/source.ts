/** Finds the flags in the forms in which Microsoft's tools store them. */
import { RowReader } from "../../lowering/rows.ts";
import { kindOf } from "../../lowering/shape.ts";
import { at, fieldsOf, isFields, type Placed, placed, scalarText, textOf } from "../../lowering/source.ts";
import { field, type Located, partIn, partsIn, textIn } from "./fields.ts";

/** One flag of a source. */
export interface Feature extends Placed {
  id: string;
  /** Whether the flag itself is on, so that its filters decide. */
  isOn: boolean;
  filters: Placed[];
  /** Whether it has the schema of version 2. */
  isCurrent: boolean;
  /** Whether it is on for everybody if it has no filters. */
  isOpen: boolean;
  requirement: Located;
  tags: string[];
  /** The reason why it is not importable. */
  problem?: string;
  /** The places of flags with the same id that it replaces. */
  replaced: string[];
}

const KEY_PREFIX = ".appconfig.featureflag/";

/** Returns the flags by id. Of several flags with one id, the last one counts: key-values, then `feature_flags`. */
export function readFeatures(input: unknown, label: string | undefined, reader = new RowReader()): Feature[] {
  const source: Placed = { fields: fieldsOf(input), place: "" };
  const features = new Map<string, Feature>();
  const rows = [...legacyFeatures(source, reader), ...currentFeatures(source, reader), ...storedFeatures(input, label)];
  for (const feature of rows) {
    const earlier = features.get(feature.id);
    features.delete(feature.id);
    const replaced = earlier === undefined ? [] : [...earlier.replaced, earlier.place];
    features.set(feature.id, { ...feature, replaced });
  }
  return [...features.values()];
}

/** The schema of Microsoft Feature Management 2.0: `{ feature_management: { feature_flags: [] } }`. */
function currentFeatures(source: Placed, reader: RowReader): Feature[] {
  const { value, place } = field(partIn(source, "feature_management"), "feature_flags");
  const rows = reader.list("flag", value, place, "id", (row) => textIn({ fields: row, place }, "id"));
  return [...rows].map(([id, part]) => currentFeature(id, part, []));
}

function currentFeature(id: string, part: Placed, tags: string[]): Feature {
  const conditions = partIn(part, "conditions");
  const enabled = field(part, "enabled").value ?? false;
  const isBoolean = typeof enabled === "boolean" || /^(true|false)$/i.test(scalarText(enabled));
  return {
    ...part,
    id,
    isOn: scalarText(enabled).toLowerCase() === "true",
    isCurrent: true,
    filters: partsIn(conditions, "client_filters"),
    isOpen: true,
    requirement: field(conditions, "requirement_type"),
    tags,
    ...(!isBoolean && { problem: `enabled is ${kindOf(enabled)}, not true or false` }),
    replaced: [],
  };
}

/** The older schema of .NET: `{ FeatureManagement: { name: true | { EnabledFor: [] } } }`. */
function legacyFeatures(source: Placed, reader: RowReader): Feature[] {
  return Object.keys(source.fields)
    .filter((name) => /^feature[_-]?management$/i.test(name))
    .flatMap((name) => {
      const section = fieldsOf(source.fields[name]);
      if (!isFields(source.fields[name]))
        reader.refuse("flag", "", at("", name), `it is ${kindOf(source.fields[name])}, not an object`);
      return Object.keys(section)
        .filter((id) => !/^feature[_-]?flags$/i.test(id))
        .map((id) => legacyFeature(id, section[id], at("", name, id)));
    });
}

function legacyFeature(id: string, value: unknown, place: string): Feature {
  const part: Placed = { fields: fieldsOf(value), place };
  const enabledFor = field(part, "EnabledFor");
  const constant = isFields(value) ? enabledFor.value : value;
  const isAlways = scalarText(constant).toLowerCase() === "true";
  return {
    ...part,
    id,
    isOn: textIn(part, "Status")?.toLowerCase() !== "disabled",
    filters: partsIn(part, "EnabledFor"),
    isCurrent: false,
    isOpen: isAlways,
    requirement: field(part, "RequirementType"),
    tags: [],
    ...(isFields(enabledFor.value) && { problem: "the filters in EnabledFor are not a list" }),
    replaced: [],
  };
}

/** Key-values of Azure App Configuration: the profile `appconfig/kvset` of its export, or the list of `kv list`. */
function storedFeatures(input: unknown, label: string | undefined): Feature[] {
  const items = Array.isArray(input) ? placed(input, "") : placed(fieldsOf(input)["items"], "/items");
  const stored = items.filter(({ fields }) => textOf(fields["key"])?.startsWith(KEY_PREFIX));
  const labels = new Set(stored.map(({ fields }) => labelOf(fields["label"])));
  const [only] = labels;
  const chosen = label ?? (labels.size === 1 ? only : "");
  return stored.flatMap((item) => {
    const own = labelOf(item.fields["label"]);
    if (own !== chosen && label !== undefined) return [];
    const feature = storedFeature(item);
    if (own === chosen) return [feature];
    const problem = `it has the label "${own}"; choose one label with --source-environment`;
    return [{ ...feature, id: `${feature.id}@${own}`, problem }];
  });
}

function labelOf(label: unknown): string {
  return textOf(label) ?? "";
}

function storedFeature({ fields, place }: Placed): Feature {
  const value = parsedJson(fields["value"]);
  const part = { fields: fieldsOf(value), place: at(place, "value") };
  const id = textIn(part, "id") ?? String(fields["key"]).slice(KEY_PREFIX.length);
  const tags = Object.entries(fieldsOf(fields["tags"])).map(([name, tag]) => `${name}:${scalarText(tag)}`);
  const feature = currentFeature(id, part, tags);
  return isFields(value) ? feature : { ...feature, problem: "the value is not the JSON of a feature flag" };
}

function parsedJson(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
