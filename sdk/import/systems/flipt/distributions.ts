import { NotImportable } from "../../lowering/draft.ts";
import { at, partsOf, type Placed, textOf } from "../../lowering/source.ts";
import type { FliptScope } from "./engine.ts";

/** The size of the bucket space of distributions. */
export const TOTAL = 1000;

export interface Distribution {
  variant: string;
  /** The bucket behind those of the variant. */
  end: number;
}

/** Returns the distributions of a rule that have buckets. */
export function distributionsOf(rule: Placed, { hashVersion, notes }: FliptScope): Distribution[] {
  const parts = partsOf(rule, "distributions").map(({ fields, place }) => {
    const { rollout = 0, variant } = fields;
    if (typeof rollout !== "number") throw new NotImportable(at(place, "rollout"), "the rollout is not a number");
    return { variant: textOf(variant) ?? "", share: Math.fround(rollout) };
  });
  const valid = parts.filter(({ share }) => share > 0);
  const shares = valid.map(({ share }) => share);
  const plain = plainCuts(shares);
  const normalised = normalisedCuts(shares);
  const isSame = plain.every((cut, i) => cut === normalised[i]);
  if (!isSame && hashVersion === undefined)
    notes.approximate(
      at(rule.place, "distributions"),
      "Flipt has split these shares differently since March 2026; add --hash-version 2, or 1 for older versions",
    );
  const cuts = hashVersion === 1 ? plain : normalised;
  return valid.map(({ variant }, i) => ({ variant, end: Math.min(TOTAL, cuts[i] ?? TOTAL) }));
}

/** Flipt before March 2026: each share is cut to tenths of a percent. All arithmetic is that of 32 bits. */
function plainCuts(shares: readonly number[]): number[] {
  let end = 0;
  return shares.map((share) => (end += Math.trunc(Math.fround(share * 10))));
}

/** Flipt since March 2026, and recent SDKs for the client: shares are parts of their sum, and the last ends at 1000. */
function normalisedCuts(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => Math.fround(sum + share), 0);
  let sum = 0;
  return shares.map((share, i) => {
    sum = Math.fround(sum + Math.fround(Math.fround(share / total) * 100));
    return i === shares.length - 1 ? TOTAL : Math.round(Math.fround(sum * 10));
  });
}
