import { all, any, type Lowered } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, isFields, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { FliptScope } from "./engine.ts";

/**
 * Returns when the segments of a rule or rollout match: a key, a list of keys, or `{ key | keys, operator }`. Older
 * documents have `segments` and `operator` in the rule itself.
 */
export function segmentsOf({ fields, place }: Placed, { segmentKey }: FliptScope): Lowered {
  const { segment = fields["segments"] } = fields;
  const where = at(place, fields["segment"] === undefined ? "segments" : "segment");
  const own = isFields(segment) ? segment : { keys: segment, operator: fields["operator"] };
  const listed = textsOf(own["keys"]);
  const single = textOf(own["keys"]) ?? textOf(own["key"]);
  const keys = listed.length === 0 && single !== undefined ? [single] : listed;
  if (keys.length === 0) throw new NotImportable(where, "it names no segments; import what flipt export writes");
  const conditions = keys.map((key): Lowered => {
    const found = segmentKey(key);
    if (found === undefined) throw new NotImportable(where, `the segment "${key}" is not in the source`);
    return { segment: found };
  });
  const operator = own["operator"] ?? "OR_SEGMENT_OPERATOR";
  if (operator === "AND_SEGMENT_OPERATOR") return all(...conditions);
  if (operator === "OR_SEGMENT_OPERATOR") return any(...conditions);
  throw new NotImportable(where, `the operator ${JSON.stringify(operator)} is not known`);
}

/** Notes ranks that are not those of the list, because only some of Flipt's storages order by them. */
export function noteRanks(rules: readonly Placed[], { notes }: FliptScope): void {
  rules.forEach(({ fields: { rank }, place }, i) => {
    const last = rules[i - 1]?.fields["rank"];
    if (typeof rank === "number" && typeof last === "number" && rank < last)
      notes.approximate(at(place, "rank"), "the ranks are not in order; the order of the list counts here");
  });
}

/** Returns the id of a rule. */
export function idOf({ fields }: Placed, wanted: string): string {
  return textOf(fields["id"]) || wanted;
}
