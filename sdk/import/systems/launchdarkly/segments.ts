import { all, any, bucketIn, closed, type Lowered, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { at, fieldsOf, listOf, numberOf, partsOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { Draft, ImportedSegment } from "../../types.ts";
import { attributeOf, keyIn, stepsOf } from "./attributes.ts";
import { lowerClause } from "./clauses.ts";
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
      draftOf({ kind: "segment", key, place }, () => ({
        key,
        name: textOf(fields["name"]) ?? key,
        description: textOf(fields["description"]) ?? "",
        condition: closed(this.#lower(key).holds),
      })),
    );
  }

  /** Returns the verdict of a reference to a segment. An unknown segment matches nobody. */
  verdictOf = (key: string): Verdict => {
    if (!this.#source.segments.has(key)) return verdict(false);
    if (this.#open.includes(key)) return MALFORMED;
    const { holds, fails } = this.#lower(key);
    return { holds: typeof holds === "boolean" ? holds : { segment: key }, fails };
  };

  #lower(key: string): Verdict {
    const segment = this.#source.segments.get(key) as Placed;
    const { fields, place } = segment;
    if (fields["unbounded"] === true)
      throw new NotImportable(at(place, "unbounded"), `the members of the big segment "${key}" are not in the source`);
    this.#open.push(key);
    try {
      const salt = textOf(fields["salt"]) ?? "";
      const rules = partsOf(segment, "rules").map((rule) => this.#lowerRule(rule, key, salt));
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

  #lowerRule(rule: Placed, key: string, salt: string): Verdict {
    const { fields } = rule;
    const clauses = partsOf(rule, "clauses").map((clause) => lowerClause(clause, this.verdictOf));
    const weight = numberOf(fields["weight"]);
    if (weight === undefined) return allInOrder(clauses);
    const kind = kindOf(fields["rolloutContextKind"]);
    const steps = stepsOf(textOf(fields["bucketBy"]) || "key");
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
