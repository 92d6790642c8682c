import { NotImportable } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at, fieldsOf, isFields, partsOf, type Placed, textOf } from "../../lowering/source.ts";
import { ENTITY } from "./constraints.ts";
import type { FliptScope } from "./engine.ts";
import type { LoweredFlag } from "./lowered-flag.ts";
import { idOf, noteRanks, segmentsOf } from "./rules.ts";

/** The size of the bucket space of thresholds. */
const TOTAL = 100;

/** Rollouts of a boolean flag count even if the flag is off, so the flag is enabled and its default is the state. */
export function lowerBoolean(key: string, flag: Placed, scope: FliptScope): LoweredFlag {
  const list = new RuleList();
  const rollouts = partsOf(flag, "rollouts");
  noteRanks(rollouts, scope);
  rollouts.forEach((rollout, i) => {
    const id = idOf(rollout, `rollout-${i + 1}`);
    const { threshold, segment, description } = rollout.fields;
    const about = textOf(description) ? { description: textOf(description) as string } : {};
    if (isFields(threshold)) addThreshold(list, { id, about }, { key, threshold, place: rollout.place });
    else if (segment !== undefined)
      list.add(id, segmentsOf(rollout, scope), { variant: variantOf(fieldsOf(segment)["value"]) }, about);
    else scope.notes.note(rollout.place, "the rollout has neither a threshold nor a segment, so Flipt skips it");
  });
  return {
    type: "boolean",
    variants: { true: true, false: false },
    enabled: true,
    offVariant: "false",
    rules: list.rules,
    default: { variant: variantOf(flag.fields["enabled"]) },
  };
}

function variantOf(value: unknown): string {
  return value === true ? "true" : "false";
}

/** A bucket behind the threshold continues with the next rollout. */
function addThreshold(
  list: RuleList,
  { id, about }: { id: string; about: { description?: string } },
  { key, threshold, place }: { key: string; threshold: { readonly [name: string]: unknown }; place: string },
): void {
  const { percentage = 0, value } = threshold;
  if (typeof percentage !== "number")
    throw new NotImportable(at(place, "threshold", "percentage"), "the percentage is not a number");
  // Flipt compares with a float of 32 bits.
  const cut = Math.min(TOTAL, Math.ceil(Math.fround(percentage)));
  if (cut <= 0) return;
  const variant = variantOf(value);
  if (cut === TOTAL) list.add(id, true, { variant }, about);
  else {
    const bucketing = { by: [ENTITY], salt: key, hash: "flipt-threshold-1", total: TOTAL } as const;
    list.add(id, true, { rollout: { ...bucketing, by: [ENTITY], weights: [[variant, cut]] } }, about);
  }
}
