import type { Prerequisite, Rule, Serve } from "../../../../src/flags/document.ts";
import { bucketIn, type Bucketing, hasBucket, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, fieldsOf, listOf, numberOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";
import { BUCKETING_KEY } from "./context.ts";
import { lowerMatchers, type LookupScope, type MatcherScope, UnknownMatcher } from "./matchers.ts";
import { SPLIT } from "./shape.ts";
import { CONTROL, type Treatments } from "./treatments.ts";

export function lowerSplit(key: string, { fields, place }: Placed, source: LookupScope, notes: Notes): FlagInput {
  const scope: MatcherScope = { ...source, notes };
  checkShape(fields, SPLIT, place);
  const treatments = scope.treatmentsOf(key) as Treatments;
  const fallback = treatments.variantOf(fields["defaultTreatment"]);
  const isArchived = fields["status"] === "ARCHIVED";
  if (isArchived) notes.note(at(place, "status"), "it is archived: it serves the caller's default");
  if (fields["algo"] === 1)
    throw new NotImportable(at(place, "algo"), "it has the legacy hash (algo 1), which SDKs disagree about");
  const prerequisites = isArchived ? [] : prerequisitesOf({ fields, place }, scope);
  const isMet = prerequisites !== undefined;
  if (!isArchived && (fields["killed"] === true || listOf(fields["prerequisites"]).length > 0))
    notes.note(
      place,
      "while everybody gets the default treatment, a key that Split refuses gets it too, instead of control",
    );
  if (!isMet) notes.note(at(place, "prerequisites"), "its prerequisite is never met: it serves its default treatment");
  const { rules, isUnknown } = isArchived
    ? { rules: [], isUnknown: true }
    : rulesOf(key, { fields, place }, scope, notes);
  const sets = textsOf(fields["sets"]);
  return {
    key,
    kind: "flag",
    ...(sets.length > 0 && { tags: sets }),
    clientVisible: false,
    metadata: {},
    enabled: !isArchived && fields["killed"] !== true && isMet,
    offVariant: isArchived ? null : fallback,
    rules: isUnknown ? rules : [...invalidKeyRules(), ...rules],
    default: { variant: isUnknown ? null : fallback },
    prerequisites: prerequisites ?? [],
    ...treatments.definition(),
  };
}

/** Returns the prerequisites, or `undefined` if one of them is never met. */
function prerequisitesOf({ fields, place }: Placed, { treatmentsOf }: MatcherScope): Prerequisite[] | undefined {
  const prerequisites: Prerequisite[] = [];
  for (const [i, one] of listOf(fields["prerequisites"]).entries()) {
    const { n, ts } = fieldsOf(one);
    const flag = textOf(n) ?? "";
    const wanted = textsOf(ts);
    if (wanted.includes(CONTROL))
      throw new NotImportable(at(place, "prerequisites", i, "ts"), "a prerequisite cannot ask for control");
    const variants = treatmentsOf(flag)?.variantsOf(wanted) ?? [];
    if (variants.length === 0) return undefined;
    prerequisites.push({ flag, variants });
  }
  return prerequisites;
}

/** Split gives control for a key that is missing, empty or longer than 250 characters. Such a key has no bucket. */
function invalidKeyRules(): Rule[] {
  const when = not(hasBucket({ by: ["targetingKey"], salt: "0", hash: "split-1", total: 100 }));
  return typeof when === "object" ? [{ id: "invalid-key", when, serve: { variant: null } }] : [];
}

interface Rules {
  rules: Rule[];
  /** Whether Split's SDKs give control, because they do not know a matcher. */
  isUnknown: boolean;
}

function rulesOf(key: string, split: Placed, scope: MatcherScope, notes: Notes): Rules {
  const conditions = listOf(split.fields["conditions"]);
  const rules: Rule[] = [];
  try {
    conditions.forEach((one, i) => {
      const { conditionType, matcherGroup, partitions, label } = fieldsOf(one);
      const place = at(split.place, "conditions", i);
      if (conditionType === "ROLLOUT" && !rules.some(({ id }) => id === TRAFFIC))
        rules.push(...trafficRules(key, split, scope));
      const when = lowerMatchers(matcherGroup, at(place, "matcherGroup"), scope);
      const serve = partitionsOf(partitions, split, at(place, "partitions"), scope.treatmentsOf(key) as Treatments);
      const description = textOf(label) ?? "";
      if (when === false) return;
      rules.push({
        id: `condition-${i + 1}`,
        ...(description !== "" && { description }),
        ...(when !== true && { when }),
        serve,
      });
    });
  } catch (error) {
    if (!(error instanceof UnknownMatcher)) throw error;
    notes.note(
      at(split.place, "conditions"),
      `Split's SDKs do not know a matcher (${error.message}): everybody gets control`,
    );
    return { rules: [], isUnknown: true };
  }
  return { rules, isUnknown: conditions.length === 0 };
}

const TRAFFIC = "traffic-allocation";

/** Keys outside the traffic allocation get the default treatment. The first condition of a rollout decides that. */
function trafficRules(key: string, { fields, place }: Placed, { treatmentsOf }: MatcherScope): Rule[] {
  const allocation = Math.floor(numberOf(fields["trafficAllocation"]) ?? 100);
  if (allocation >= 100) return [];
  const when = bucketIn(bucketing(fields["trafficAllocationSeed"], at(place, "trafficAllocationSeed")), [
    [Math.max(allocation, 0), 100],
  ]);
  const variant = treatmentsOf(key)?.variantOf(fields["defaultTreatment"]) ?? null;
  return typeof when === "object" ? [{ id: TRAFFIC, when, serve: { variant } }] : [];
}

function bucketing(seed: unknown, place: string): Bucketing {
  const number = numberOf(seed ?? 0);
  if (!Number.isSafeInteger(number)) throw new NotImportable(place, "the seed is not a whole number");
  return { by: [BUCKETING_KEY, "targetingKey"], salt: String(number), hash: "split-1", total: 100 };
}

function partitionsOf(partitions: unknown, { fields, place }: Placed, where: string, treatments: Treatments): Serve {
  const parts = listOf(partitions).map(fieldsOf);
  const sizes = parts.map(({ size }) => numberOf(size) ?? NaN);
  if (sizes.some((size) => !Number.isInteger(size) || size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== 100)
    throw new NotImportable(where, "the sizes of its partitions are not whole numbers with the sum 100");
  const weights = parts.flatMap(({ treatment }, i): [string | null, number][] =>
    sizes[i] === 0 ? [] : [[treatments.variantOf(treatment), sizes[i] ?? 0]],
  );
  const [first] = weights;
  if (weights.length === 1 && first !== undefined) return { variant: first[0] };
  const named = weights.flatMap(([variant, weight]): [string, number][] =>
    variant === null ? [] : [[variant, weight]],
  );
  if (named.length < weights.length)
    throw new NotImportable(where, `a share of its keys gets "${CONTROL}", which is no treatment`);
  return { rollout: { ...bucketing(fields["seed"], at(place, "seed")), weights: named } };
}
