/** Finds the flags in the forms in which Microsoft's tools store them. */
import { at, fieldsOf, isFields, type Placed, placed, scalarText, textOf } from "../../lowering/source.ts";
import { field, type Located, partIn, partsIn, textIn } from "./fields.ts";

/** One flag of a source. */
export interface Feature extends Placed {
  id: string;
  /** Whether the flag itself is on, so that its filters decide. */
  isOn: boolean;
  filters: Placed[];
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
export function readFeatures(input: unknown, label: string | undefined): Feature[] {
  const source: Placed = { fields: fieldsOf(input), place: "" };
  const features = new Map<string, Feature>();
  const rows = [...legacyFeatures(source), ...currentFeatures(source), ...storedFeatures(input, label)];
  for (const feature of rows) {
    const earlier = features.get(feature.id);
    features.delete(feature.id);
    const replaced = earlier === undefined ? [] : [...earlier.replaced, earlier.place];
    features.set(feature.id, { ...feature, replaced });
  }
  return [...features.values()];
}

/** The schema of Microsoft Feature Management 2.0: `{ feature_management: { feature_flags: [] } }`. */
function currentFeatures(source: Placed): Feature[] {
  const section = partIn(source, "feature_management");
  return partsIn(section, "feature_flags").flatMap((part) => {
    const id = textIn(part, "id");
    return id === undefined ? [] : [currentFeature(id, part, [])];
  });
}

function currentFeature(id: string, part: Placed, tags: string[]): Feature {
  const conditions = partIn(part, "conditions");
  const enabled = field(part, "enabled").value;
  return {
    ...part,
    id,
    isOn: enabled === true || (typeof enabled === "string" && enabled.toLowerCase() === "true"),
    filters: partsIn(conditions, "client_filters"),
    isOpen: true,
    requirement: field(conditions, "requirement_type"),
    tags,
    replaced: [],
  };
}

/** The older schema of .NET: `{ FeatureManagement: { name: true | { EnabledFor: [] } } }`. */
function legacyFeatures(source: Placed): Feature[] {
  return Object.keys(source.fields)
    .filter((name) => /^feature[_-]?management$/i.test(name))
    .flatMap((name) => {
      const section = fieldsOf(source.fields[name]);
      return Object.keys(section)
        .filter((id) => !(/^feature[_-]?flags$/i.test(id) && Array.isArray(section[id])))
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
    isOpen: isAlways,
    requirement: field(part, "RequirementType"),
    tags: [],
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
