import type { Prerequisite } from "../../../../src/flags/document.ts";
import { all, bucketIn, type Lowered, not } from "../../lowering/condition.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";
import { behind, rangeOf, TOTAL } from "./shares.ts";
import { eachForce, enabledOf, type FeatureScope, percentageOf, type Step } from "./steps.ts";

export const ON = "on";
export const OFF = "off";

/** The parts that all flags of a feature have in common. */
export function commonParts({ feature }: FeatureScope) {
  return {
    kind: "flag",
    ...(feature.fields["deprecated"] === true && { tags: ["deprecated"] }),
    clientVisible: false,
    metadata: {},
    enabled: true,
  } as const;
}

/** Returns the flag that says whether a feature is on. `required` is `undefined` if the required features never are. */
export function lowerFeature(scope: FeatureScope, required: readonly Prerequisite[] | undefined): FlagInput {
  const list = new RuleList();
  eachForce(scope, (force) => {
    const enabled = enabledOf(force);
    if (enabled === undefined) return false;
    list.add(force.id, force.when, { variant: enabled ? ON : OFF });
    return true;
  });
  // Forces come before the required features, and prerequisites would come before the forces.
  const isPlain = required !== undefined && list.rules.length === 0;
  const isMet: Lowered = required !== undefined && all(...required);
  if (!isPlain) list.add("required", not(isMet), { variant: OFF });
  for (const rule of scope.rules) addRule(list, rule, scope);
  return {
    ...commonParts(scope),
    key: scope.key,
    type: "boolean",
    variants: { [ON]: true, [OFF]: false },
    offVariant: OFF,
    rules: list.rules,
    default: { variant: OFF },
    prerequisites: isPlain ? [...required] : [],
  };
}

function addRule(list: RuleList, rule: Step, { feature, bucketing }: FeatureScope): void {
  const { id, when } = rule;
  const enabled = enabledOf(rule);
  const percentage = percentageOf(rule);
  const slots = feature.fields["ranges"];
  if (percentage === 0) list.add(id, when, { variant: OFF });
  else if (Array.isArray(slots) && slots.length > 0) {
    // The feature is in a group of features that exclude each other, which gives it these buckets.
    const place = at(feature.place, "ranges");
    const ranges = slots.map((slot, i) => rangeOf(slot, at(place, i)).map((bound) => behind(Math.ceil(bound) - 1)));
    const isInside = bucketIn(bucketing, ranges as [number, number][]);
    if (enabled !== false) list.add(id, all(when, isInside), { variant: ON });
    list.add(`${id}.rest`, when, { variant: OFF });
  } else if (enabled !== undefined) list.add(id, when, { variant: enabled ? ON : OFF });
  else {
    const share = behind(percentage);
    const weights: [string, number][] = [[ON, share], [OFF, TOTAL - share]]; // prettier-ignore
    if (share === 0 || share === TOTAL) list.add(id, when, { variant: share === 0 ? OFF : ON });
    else list.add(id, when, { rollout: { ...bucketing, weights } });
  }
}
