import { RuleList } from "../../lowering/rule-list.ts";
import { type Placed, textOf } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import type { FlagInput } from "../../types.ts";
import { commonParts, ON } from "./features.ts";
import { addShares, allocationsOf, TOTAL } from "./shares.ts";
import { type Variation, variationsOf } from "./source.ts";
import { eachForce, type FeatureScope, percentageOf } from "./steps.ts";

/** Returns the key of the flag for a feature's variation, or for one of its variables. OpenFeature users know it. */
export function partKey(feature: string, part: string): string {
  return `${feature}:${part}`;
}

export const VARIATION = "variation";

/** The variants of a flag for a variation. A variant has the variation's value. */
export class VariationSet {
  readonly #set = new VariantSet();
  readonly #variants = new Map<string, string>();

  constructor(variations: readonly Variation[]) {
    for (const { value } of variations) this.#variants.set(value, this.#name(value));
  }

  get values(): VariantSet["values"] {
    return this.#set.values;
  }

  /** Returns the variant of one of the feature's variations. The SDK takes the empty one for none. */
  variantOf(value: unknown): string | undefined {
    const variation = textOf(value);
    return variation ? this.#variants.get(variation) : undefined;
  }

  /** Returns the variant of a value that need not be a variation. */
  anyVariant(value: string): string {
    return this.#name(value);
  }

  #name(value: string): string {
    return this.#set.nameOf(value, value);
  }
}

/** Returns whether somebody can have a variation of a feature. */
export function hasVariations(feature: Placed): boolean {
  return variationsOf(feature).length > 0 || Boolean(feature.fields["disabledVariationValue"]);
}

/** Returns the flag for the variation of a feature that is on. */
export function lowerVariation(scope: FeatureScope): FlagInput {
  const { key, feature, variations, bucketing } = scope;
  const set = new VariationSet(variations);
  const list = new RuleList();
  eachForce(scope, ({ id, when, fields }) => {
    const variant = set.variantOf(fields["variation"]);
    if (variant !== undefined) list.add(id, when, { variant });
    return variant !== undefined;
  });
  for (const rule of variations.length === 0 ? [] : scope.rules) {
    const { id, when, fields } = rule;
    const forced = percentageOf(rule) === 0 ? null : set.variantOf(fields["variation"]);
    const shares =
      forced === undefined
        ? allocationsOf(rule).map((share) => ({ ...share, of: set.variantOf(share.of) ?? null }))
        : [{ from: 0, to: TOTAL, of: forced }];
    addShares(list, id, when, { shares, bucketing });
  }
  const disabled = textOf(feature.fields["disabledVariationValue"]);
  const offVariant = disabled ? set.anyVariant(disabled) : null;
  return {
    ...commonParts(scope),
    key: partKey(key, VARIATION),
    type: "string",
    variants: set.values,
    offVariant,
    rules: list.rules,
    default: { variant: null },
    prerequisites: [{ flag: key, variants: [ON] }],
  };
}
