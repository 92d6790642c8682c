import type { Prerequisite } from "../../../../src/flags/document.ts";
import { fieldsOf, listOf, textOf, textsOf } from "../../lowering/source.ts";
import type { UnleashSource } from "./source.ts";
import { OFF, ON, type VariantTable } from "./variants.ts";

/**
 * Returns a feature's prerequisites. Returns `undefined` if one can never be met: its parent does not exist, has
 * parents itself, or has none of the wanted variants.
 */
export function prerequisitesOf(
  feature: string,
  source: UnleashSource,
  tableOf: (feature: string) => VariantTable,
): Prerequisite[] | undefined {
  const found: Prerequisite[] = [];
  for (const dependency of dependenciesOf(feature, source)) {
    const parent = textOf(dependency["feature"]) ?? "";
    if (!source.features.has(parent) || dependenciesOf(parent, source).length > 0) return undefined;
    const variants =
      dependency["enabled"] === false ? [OFF] : onVariants(tableOf(parent), textsOf(dependency["variants"]));
    if (variants.length === 0) return undefined;
    found.push({ flag: parent, variants });
  }
  return found;
}

function dependenciesOf(feature: string, { features }: UnleashSource) {
  return listOf(features.get(feature)?.fields["dependencies"]).map(fieldsOf);
}

/** Returns the flag's variants for Unleash's names; without names, all variants of a feature that is on. */
function onVariants({ byUnleashName }: VariantTable, wanted: readonly string[]): string[] {
  const names = wanted.length === 0 ? [...byUnleashName.keys(), "disabled"] : wanted;
  return names.flatMap((name) =>
    name === "disabled" ? [ON, ...(byUnleashName.get(name) ?? [])] : (byUnleashName.get(name) ?? []),
  );
}
