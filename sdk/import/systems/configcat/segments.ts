import { all, any, closed, exists, type Lowered, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { Names } from "../../lowering/names.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, listOf, textOf } from "../../lowering/source.ts";
import type { Draft, ImportedSegment } from "../../types.ts";
import { attributeOf } from "./attributes.ts";
import { SEGMENT } from "./shape.ts";
import { type Comparison, fails, holds, lowerComparison } from "./comparators.ts";

/** The segments of a config, which refers to them by index. */
export class SegmentTable {
  readonly #segments: readonly unknown[];
  readonly #keys: string[];
  readonly #salt: string | undefined;

  constructor(segments: readonly unknown[], salt: string | undefined) {
    const names = new Names();
    this.#segments = segments;
    // Keys have no white space.
    this.#keys = segments.map((one) => names.take(nameOf(one).trim().replaceAll(/\s+/g, "-")));
    this.#salt = salt;
  }

  drafts(): Draft<ImportedSegment>[] {
    return this.#keys.map((key, i) =>
      draftOf({ kind: "segment", key, place: at("/s", i) }, () => ({
        key,
        name: nameOf(this.#segments[i]),
        description: "",
        condition: closed(this.#holds(i)),
      })),
    );
  }

  /** Returns a condition on a segment: `{ s: index, c: 0 for "is in", 1 for "is not in" }`. */
  lower({ s: index, c }: Fields, place: string): Lowered {
    const key = this.#keys[Number(index)];
    if (key === undefined) throw new NotImportable(at(place, "s"), `the config has no segment ${String(index)}`);
    if (c !== 0 && c !== 1) throw new NotImportable(at(place, "c"), `the comparator ${String(c)} is not known`);
    return c === 0 ? { segment: key } : all(not({ segment: key }), this.#fails(Number(index)));
  }

  #comparisons(index: number): Comparison[] {
    const segment = fieldsOf(this.#segments[index]);
    const name = nameOf(segment);
    const place = at("/s", index);
    if (name === "") throw new NotImportable(place, "the segment has no name");
    checkShape(segment, SEGMENT, place);
    return listOf(segment["r"]).map((one, i) =>
      lowerUser(fieldsOf(one), at(place, "r", i), this.#salt === undefined ? undefined : this.#salt + name),
    );
  }

  #holds(index: number): Lowered {
    const comparisons = this.#comparisons(index);
    return comparisons.length === 0 ? exists("targetingKey") : all(...comparisons.map(holds));
  }

  /** The first condition that does not hold must be false. If it is skipped, the user is neither in nor out. */
  #fails(index: number): Lowered {
    const comparisons = this.#comparisons(index);
    return any(...comparisons.map((one, i) => all(...comparisons.slice(0, i).map(holds), fails(one))));
  }
}

function nameOf(segment: unknown): string {
  return textOf(fieldsOf(segment)["n"]) ?? "";
}

/** Returns the comparison of a condition on a user's attribute. */
export function lowerUser(condition: Fields, place: string, salt: string | undefined): Comparison {
  if (!isFields(condition)) throw new NotImportable(place, "the condition is missing");
  return lowerComparison({ attribute: attributeOf(condition["a"], at(place, "a")), condition, salt, place });
}
