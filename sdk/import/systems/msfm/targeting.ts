import { firstBucket } from "../../lowering/first-bucket.ts";
import { all, any, type Bucketing, bucketIn, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import type { Placed } from "../../lowering/source.ts";
import { TARGETING } from "./shape.ts";
import { hasPart, partIn, partsIn, percentIn, textIn, textsIn } from "./fields.ts";

const TOTAL = 2 ** 32;

/** Returns how the ids of users are hashed with a hint. */
export function bucketingOf(hint: string): Bucketing {
  return { by: ["targetingKey"], salt: hint, hash: "microsoft-1", total: TOTAL };
}

/** Returns the first bucket that is not below a percentage, as the SDKs compute it. */
export function cutOf(percent: number): number {
  return percent === 100 ? TOTAL : firstBucket(TOTAL, (bucket) => (bucket / 0xffffffff) * 100 >= percent);
}

export function isUser(users: readonly string[]): Lowered {
  return leaf("targetingKey", "in", [...new Set(users)]);
}

export function isInGroup(groups: readonly string[]): Lowered {
  return leaf("groups", "array_contains_any", [...new Set(groups)]);
}

/** Returns the condition of the filter Microsoft.Targeting. */
export function lowerTargeting(id: string, parameters: Placed): Lowered {
  if (!hasPart(parameters, "Audience")) throw new NotImportable(parameters.place, "the filter has no Audience");
  checkShape(parameters.fields, TARGETING, parameters.place);
  const audience = partIn(parameters, "Audience");
  const exclusion = partIn(audience, "Exclusion");
  const isExcluded = any(isUser(textsIn(exclusion, "Users")), isInGroup(textsIn(exclusion, "Groups")));
  const groups = partsIn(audience, "Groups").map((group) => {
    const name = textIn(group, "Name");
    if (name === undefined) throw new NotImportable(group.place, "the group has no name");
    const percent = percentIn(group, "RolloutPercentage");
    const bucket = percent === 100 || bucketIn(bucketingOf(`${id}\n${name}`), [[0, cutOf(percent)]]);
    return all(isInGroup([name]), bucket);
  });
  const percent = percentIn(audience, "DefaultRolloutPercentage");
  const others = percent === 100 || bucketIn(bucketingOf(id), [[0, cutOf(percent)]]);
  return all(not(isExcluded), any(isUser(textsIn(audience, "Users")), ...groups, others));
}
