import { all, any, type Bucketing, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, partsOf, type Placed, textOf } from "../../lowering/source.ts";
import { lowerSegments, type SegmentScope, targetOf } from "./conditions.ts";
import { bucketByOf } from "./context.ts";
import { TOTAL } from "./shares.ts";
import { FEATURE_SHAPE, type Variation, variationsOf } from "./source.ts";

/** Everything that the flags of one feature need. */
export interface FeatureScope extends SegmentScope {
  key: string;
  feature: Placed;
  bucketing: Bucketing;
  variations: readonly Variation[];
  /** The rules, of which only the first that matches counts. */
  rules: readonly Step[];
}

/** A force or a rule of a feature. */
export interface Step extends Placed {
  id: string;
  when: Lowered;
}

export function featureScope(key: string, feature: Placed, scope: SegmentScope): FeatureScope {
  const { fields, place } = feature;
  checkShape(fields, FEATURE_SHAPE, place);
  if (!Array.isArray(fields["traffic"])) throw new NotImportable(at(place, "traffic"), "the feature has no rules");
  return {
    ...scope,
    key,
    feature,
    bucketing: { by: bucketByOf(feature, scope.notes), salt: key, hash: "featurevisor-1", total: TOTAL },
    variations: variationsOf(feature),
    rules: partsOf(feature, "traffic").map((rule, i) => ({
      ...rule,
      id: textOf(rule.fields["key"]) || `rule-${i + 1}`,
      when: lowerSegments(rule.fields["segments"], at(rule.place, "segments"), scope),
    })),
  };
}

/**
 * Goes through the forces, of which only the first that matches counts. `serve` returns whether a force decides; if it
 * does not, the rules decide, and later forces do not.
 */
export function eachForce(scope: FeatureScope, serve: (force: Step) => boolean): void {
  let open: Lowered = true;
  partsOf(scope.feature, "force").forEach((force, i) => {
    const { conditions = false, segments = false } = targetOf(force, scope);
    const matches = any(conditions, segments);
    if (!serve({ ...force, id: `force-${i + 1}`, when: all(open, matches) })) open = all(open, not(matches));
  });
}

/** Returns whether a force or a rule says that the feature is on or off, or `undefined` if it says neither. */
export function enabledOf({ fields, place }: Placed): boolean | undefined {
  const { enabled } = fields;
  if (enabled !== undefined && typeof enabled !== "boolean")
    throw new NotImportable(at(place, "enabled"), "it is neither true nor false");
  return enabled;
}

/** Returns the percentage of a rule, of 100,000. */
export function percentageOf({ fields, place }: Placed): number {
  const { percentage } = fields;
  if (typeof percentage !== "number")
    throw new NotImportable(at(place, "percentage"), "the percentage is not a number");
  return percentage;
}
