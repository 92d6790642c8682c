/** The outcomes that a sentence can edit: one variant, and the share of one. */
import type { Rollout, Serve } from "../../../../sdk/client/contract.ts";
import { NATIVE_SCHEME, WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { isPercent, totalOf } from "../rollout/hash-space.ts";
import { setWeight, sumOf } from "../rollout/weights.ts";

export interface PlainServe {
  /** `null` for the code's default. */
  variant: string | null;
  /** The part of 100,000 that gets the variant. */
  share: number;
  /** The variant that everyone else gets by this outcome. `undefined` if the outcome says nothing about them. */
  other: { variant: string; share: number } | undefined;
}

/** Returns an outcome as one variant and its share, or `undefined` if it is more than that. */
export function plainServe(serve: Serve): PlainServe | undefined {
  if ("variant" in serve) return { variant: serve.variant, share: WEIGHT_TOTAL, other: undefined };
  if (!("rollout" in serve)) return undefined;
  const { weights, ramp } = serve.rollout;
  const isSplit = weights.length === 2 && sumOf(weights) === WEIGHT_TOTAL;
  if (ramp !== undefined || !isPercent(totalOf(serve.rollout)) || (weights.length !== 1 && !isSplit)) return undefined;
  const [[variant, share] = ["", 0], rest] = weights;
  return { variant, share, other: rest === undefined ? undefined : { variant: rest[0], share: rest[1] } };
}

/** Returns the outcome with another variant, for the same share. */
export function withVariant(serve: Serve, variant: string | null): Serve {
  const plain = plainServe(serve);
  if (!("rollout" in serve) || plain === undefined || variant === null) return { variant };
  const renamed = serve.rollout.weights.map(([name, weight], i): [string, number] => {
    if (i === 0) return [variant, weight];
    // The two variants of a split change their places, because a variant has one share.
    return [name === variant ? (plain.variant ?? name) : name, weight];
  });
  return { rollout: { ...serve.rollout, weights: renamed } };
}

/**
 * Returns the outcome with another share of its variant. `rest` is the variant that everyone else gets, where the
 * outcome has to reach everyone. The whole share of a rollout without settings is the variant alone. The store fills in
 * the key of the flag as the salt, so that salt is no setting.
 */
export function withShare(serve: Serve, share: number, flagKey: string | undefined, rest?: string): Serve {
  const plain = plainServe(serve);
  if (plain === undefined || plain.variant === null) return serve;
  const { variant, other } = plain;
  const isAlone = !("rollout" in serve) || (isUsual(serve.rollout, flagKey) && other?.variant === rest);
  if (share === WEIGHT_TOTAL && isAlone) return { variant };
  const rollout: Omit<Rollout, "weights"> =
    "rollout" in serve ? serve.rollout : { by: ["targetingKey"], hash: NATIVE_SCHEME };
  if (other !== undefined) {
    return {
      rollout: {
        ...rollout,
        weights: setWeight(
          [
            [variant, plain.share],
            [other.variant, other.share],
          ],
          0,
          share,
          true,
        ),
      },
    };
  }
  const others: [string, number][] = rest === undefined ? [] : [[rest, WEIGHT_TOTAL - share]];
  return { rollout: { ...rollout, weights: [[variant, share], ...others] } };
}

/** Whether a rollout has no settings besides its shares. */
function isUsual(rollout: Rollout, flagKey: string | undefined): boolean {
  const { by = ["targetingKey"], hash = NATIVE_SCHEME } = rollout;
  const { salt = flagKey, total, onMiss, onMissingKey } = rollout;
  const isSet = [total, onMiss, onMissingKey].some((setting) => setting !== undefined);
  return !isSet && salt === flagKey && hash === NATIVE_SCHEME && by.length === 1 && by[0] === "targetingKey";
}

/** Returns the variant for everyone outside a share, if one is obvious: the off variant, or the only other one. */
export function restOf(variant: string | null, offVariant: string | undefined, variants: readonly string[]) {
  const others = variants.filter((name) => name !== variant);
  if (offVariant !== undefined && others.includes(offVariant)) return offVariant;
  return others.length === 1 ? others[0] : undefined;
}
