import { all, any, bucketIn, closed, type Lowered, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, fieldsOf, listOf, numberOf, partsOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { Draft, ImportedSegment } from "../../types.ts";
import { attributeOf, bucketSteps, keyIn } from "./attributes.ts";
import { lowerClause, type SegmentVerdict } from "./clauses.ts";
import { SEGMENT } from "./shape.ts";
import { kindOf, type LaunchDarklySource } from "./source.ts";
import { allInOrder, anyInOrder, MALFORMED, verdict, type Verdict } from "./verdict.ts";

/** The segments of a source. */
export class SegmentTable {
  readonly #source: LaunchDarklySource;
  /** The segments that are being lowered: one that refers to them again refers to itself. */
  readonly #open: string[] = [];

  constructor(source: LaunchDarklySource) {
    this.#source = source;
  }

  drafts(): Draft<ImportedSegment>[] {
    return [...this.#source.segments].map(([key, { fields, place }]) =>
      draftOf({ kind: "segment", key, place }, (notes) => ({
        key,
        name: textOf(fields["name"]) ?? key,
        description: textOf(fields["description"]) ?? "",
        condition: closed(this.#lower(key, notes).holds),
      })),
    );
  }

  /** Returns the verdicts of references to segments. An unknown segment matches nobody. */
  verdictOf(notes: Notes): SegmentVerdict {
    return (key, place) => {
      if (!this.#source.segments.has(key)) {
        if (!this.#source.hasAllSegments)
          throw new NotImportable(place, `the source has no segment "${key}"; give the segments too`);
        notes.note(place, `there is no segment "${key}", so nobody is in it, as in LaunchDarkly's SDKs`);
        return verdict(false);
      }
      if (this.#open.includes(key)) return MALFORMED;
      const { holds, fails } = this.#lower(key, notes);
      return { holds: typeof holds === "boolean" ? holds : { segment: key }, fails };
    };
  }

  #lower(key: string, notes: Notes): Verdict {
    const segment = this.#source.segments.get(key) as Placed;
    const { fields, place } = segment;
    checkShape(fields, SEGMENT, place);
    if (fields["deleted"] === true) throw new NotImportable(at(place, "deleted"), `the segment "${key}" is deleted`);
    if (fields["unbounded"] === true)
      throw new NotImportable(at(place, "unbounded"), `the members of the big segment "${key}" are not in the source`);
    this.#open.push(key);
    try {
      const salt = textOf(fields["salt"]);
      const rules = partsOf(segment, "rules").map((rule) => this.#lowerRule(rule, key, salt, notes));
      const { holds, fails } = anyInOrder(rules);
      const included = any(keyIn("user", textsOf(fields["included"])), listedContexts(fields["includedContexts"]));
      const excluded = any(keyIn("user", textsOf(fields["excluded"])), listedContexts(fields["excludedContexts"]));
      return {
        holds: any(included, all(not(excluded), holds)),
        fails: all(not(included), not(excluded), fails),
      };
    } finally {
      this.#open.pop();
    }
  }

  #lowerRule(rule: Placed, key: string, salt: string | undefined, notes: Notes): Verdict {
    const { fields, place } = rule;
    if (fields["clauses"] === undefined)
      notes.note(place, "a rule without clauses matches nobody in SDKs in JavaScript; here it matches everybody");
    const scope = { segmentVerdict: this.verdictOf(notes), kinds: this.#source.kinds, notes };
    const clauses = partsOf(rule, "clauses").map((clause) => lowerClause(clause, scope));
    const weight = numberOf(fields["weight"]);
    if (weight === undefined) return allInOrder(clauses);
    if (salt === undefined)
      throw new NotImportable(at(place, "weight"), "the segment has no salt, so its buckets are not known");
    const kind = kindOf(fields["rolloutContextKind"]);
    const steps = bucketSteps(fields["bucketBy"], fields["rolloutContextKind"]);
    const share =
      steps === undefined
        ? MALFORMED
        : verdict(
            bucketIn(
              { by: [attributeOf(kind, steps)], salt: `${key}.${salt}`, hash: "launchdarkly-1", total: 100_000 },
              [[0, Math.min(weight, 100_000)]],
            ),
          );
    return allInOrder([...clauses, share]);
  }
}

function listedContexts(targets: unknown): Lowered {
  const lists = listOf(targets).map(fieldsOf);
  return any(...lists.map((one) => keyIn(kindOf(one["contextKind"]), textsOf(one["values"]))));
}
