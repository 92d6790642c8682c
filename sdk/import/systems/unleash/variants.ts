import type { HashScheme, JsonValue, Serve } from "../../../../src/flags/document.ts";
import { leaf, type Lowered } from "../../lowering/condition.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import type { FlagInput } from "../../types.ts";
import { attributeOf } from "./context.ts";
import type { Variant } from "./source.ts";

export const ON = "on";
export const OFF = "off";

/** Unleash's result for a feature without variants, and for a feature that is off. */
const DISABLED = { name: "disabled", enabled: false };

/** An attribute that nobody sends, so that every evaluation is random. */
export const NOBODY = "unleash.random";

/** The variants of one flag. A variant's value is what Unleash's `getVariant` returns. */
export class VariantTable {
  readonly #set = new VariantSet();
  /** The names of the flag's variants, by the variant's name in Unleash. */
  readonly byUnleashName = new Map<string, string[]>();

  constructor() {
    this.#set.nameOf({ ...DISABLED, feature_enabled: true }, ON);
    this.#set.nameOf({ ...DISABLED, feature_enabled: false }, OFF);
  }

  /** Returns the flag's variant for a variant of Unleash. Variants that differ only in their weights are one. */
  nameOf({ name, payload }: Variant): string {
    const value = {
      name,
      enabled: true,
      feature_enabled: true,
      ...(payload !== undefined && { payload }),
    } as JsonValue;
    const known = this.#set.nameOf(value, `v.${name}`);
    const names = this.byUnleashName.get(name) ?? [];
    if (!names.includes(known)) this.byUnleashName.set(name, [...names, known]);
    return known;
  }

  /** A feature without variants is a boolean flag. */
  definition(): Pick<FlagInput, "type" | "variants"> {
    return this.byUnleashName.size === 0
      ? { type: "boolean", variants: { [ON]: true, [OFF]: false } }
      : { type: "object", variants: this.#set.values };
  }
}

/** Returns the split of a feature's variants. Without a weight, the feature is on and has no variant. */
export function splitOf(
  variants: readonly Variant[],
  { salt, stickiness, hash }: { salt: string; stickiness: string; hash: HashScheme },
  table: VariantTable,
): Serve {
  const weights = variants
    .filter(({ weight }) => weight > 0)
    .map((variant): [string, number] => [table.nameOf(variant), variant.weight]);
  const [only] = weights;
  if (only === undefined) return { variant: ON };
  if (weights.length === 1) return { variant: only[0] };
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const by = variantAttributes(stickiness);
  return { rollout: { by, salt, hash, total, weights, onMissingKey: "random" } };
}

function variantAttributes(stickiness: string) {
  if (stickiness === "default") return ["userId", "sessionId", "remoteAddress"].map(attributeOf);
  return [stickiness === "random" ? NOBODY : attributeOf(stickiness)];
}

/** The overrides of variants, in the order in which Unleash tries them. Without any weight, it tries none. */
export function overridesOf(variants: readonly Variant[], table: VariantTable): { when: Lowered; variant: string }[] {
  if (variants.every(({ weight }) => weight <= 0)) return [];
  return variants.flatMap((variant) =>
    variant.overrides.map(({ contextName, values }) => ({
      when: leaf(attributeOf(contextName), "in", values, { read: "text" }),
      variant: table.nameOf(variant),
    })),
  );
}
