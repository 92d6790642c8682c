import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences } from "../../../../sdk/client/differences.ts";
import { merge } from "../../../../console/src/state/merge/merge.ts";

const name = fc.constantFrom("a", "b", "c", "1", "x/y", "~", "constructor");
const names = fc.uniqueArray(name, { maxLength: 4 });
const serve = fc.oneof(
  fc.record({ variant: name }),
  fc.record({
    rollout: fc.record({
      salt: name,
      weights: fc.integer({ min: 0, max: 3 }).map((on) => [
        ["on", on],
        ["off", 3 - on],
      ]),
    }),
  }),
);
const leaf = fc.record({ attribute: name, operator: fc.constantFrom("in", "between"), values: names });
const when = fc.oneof(leaf, fc.record({ segment: name }), fc.record({ all: fc.array(leaf, { maxLength: 2 }) }));
const rule = fc.record({ id: name, description: name, serve, when }, { requiredKeys: ["id", "serve"] });
const flag = fc.record({
  description: name,
  enabled: fc.boolean(),
  tags: names,
  variants: fc.dictionary(name, fc.oneof(name, fc.dictionary(name, name, { maxKeys: 2 })), { maxKeys: 3 }),
  default: serve,
  rules: fc.uniqueArray(rule, { selector: ({ id }) => id, maxLength: 4 }),
  prerequisites: fc.uniqueArray(fc.record({ flag: name, variants: names }), {
    selector: (one) => one.flag,
    maxLength: 2,
  }),
});

type Flag = typeof flag extends fc.Arbitrary<infer T> ? T : never;

/** An edit: some fields of the flag are those of another one, so that most places stay as they are. */
const edit = fc.record({ other: flag, fields: fc.subarray(["description", "enabled", "tags", "variants", "default"]) });
const ruleEdit = fc.record({
  isReversed: fc.boolean(),
  dropped: fc.nat(5),
  changed: fc.nat(5),
  added: fc.option(rule, { nil: undefined }),
  serve,
});

const sides = fc
  .record({ base: flag, edits: fc.tuple(edit, edit), rules: fc.tuple(ruleEdit, ruleEdit) })
  .map(({ base, edits, rules }) => {
    const [mine, theirs] = [0, 1].map((i) => edited(base, edits[i as 0 | 1], rules[i as 0 | 1]));
    return { base, mine: mine as Flag, theirs: theirs as Flag };
  });

interface RuleEdit {
  isReversed: boolean;
  dropped: number;
  changed: number;
  added: Flag["rules"][number] | undefined;
  serve: Flag["default"];
}

function edited(base: Flag, { other, fields }: { other: Flag; fields: string[] }, change: RuleEdit): Flag {
  const picked = Object.fromEntries(fields.map((field) => [field, other[field as keyof Flag]]));
  const kept = base.rules
    .filter((_, i) => i !== change.dropped)
    .map((one, i) => (i === change.changed ? { ...one, serve: change.serve } : one));
  const { added } = change;
  const isNew = added !== undefined && kept.every(({ id }) => id !== added.id);
  const rules = isNew ? [...kept.slice(0, 1), added, ...kept.slice(1)] : kept;
  return { ...base, ...picked, rules: change.isReversed ? rules.toReversed() : rules };
}

/** Returns the value at a pointer in which an id or a flag stands for an index. */
function valueAt(document: unknown, pointer: string): unknown {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) {
      const isNamed = value.every(
        (one) => typeof one === "object" && !Array.isArray(one) && ("id" in one || "flag" in one),
      );
      return isNamed ? value.find((one) => one.id === step || one.flag === step) : value[Number(step)];
    }
    return typeof value === "object" && value !== null && Object.hasOwn(value, step)
      ? (value as Record<string, unknown>)[step]
      : undefined;
  }, document);
}

function isWithin(pointer: string, other: string): boolean {
  return pointer === other || pointer.startsWith(`${other}/`) || other.startsWith(`${pointer}/`);
}

/** Whether the pointer is in a list whose values or order the merge combines, which has examples of its own. */
function isInList(pointer: string): boolean {
  return /^\/(tags|prerequisites)|^\/rules$|\/values/.test(pointer);
}

const RUNS = { numRuns: 2000 };

describe("a merge of any two edits", () => {
  it("has each side's value at every pointer that only this side changed", () => {
    let checked = 0;
    fc.assert(
      fc.property(sides, ({ base, mine, theirs }) => {
        const { merged, conflicts } = merge(base, mine, theirs);
        for (const [side, other] of [
          [mine, theirs],
          [theirs, mine],
        ] as const) {
          const others = differences(base, other).map(({ pointer }) => pointer);
          const own = differences(base, side).filter(({ pointer }) => !isInList(pointer));
          for (const { pointer, after } of own) {
            const isShared = others.some((one) => one !== "/rules" && isWithin(pointer, one));
            if (isShared || conflicts.some((one) => isWithin(pointer, one.pointer) && one.pointer !== "/rules"))
              continue;
            expect(valueAt(merged, pointer), pointer).toEqual(after);
            checked++;
          }
        }
      }),
      RUNS,
    );
    expect(checked).toBeGreaterThan(RUNS.numRuns);
  });

  it("asks only about pointers that both sides changed", () => {
    fc.assert(
      fc.property(sides, ({ base, mine, theirs }) => {
        for (const conflict of merge(base, mine, theirs).conflicts) {
          expect(differences(conflict.base, conflict.mine)).not.toEqual([]);
          expect(differences(conflict.base, conflict.theirs)).not.toEqual([]);
          expect(differences(conflict.mine, conflict.theirs)).not.toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it("has the chosen side's value at every conflict, and every rule that a side added", () => {
    fc.assert(
      fc.property(sides, fc.constantFrom("mine" as const, "theirs" as const), ({ base, mine, theirs }, side) => {
        const { merged, conflicts } = merge(base, mine, theirs, () => side);
        for (const conflict of conflicts) {
          if (conflict.pointer !== "/rules") expect(valueAt(merged, conflict.pointer)).toEqual(conflict[side]);
        }
        const added = [mine, theirs].map(({ rules }) =>
          rules.filter(({ id }) => base.rules.every((one) => one.id !== id)),
        );
        const withoutId = (one: Flag["rules"][number]): object => ({ ...one, id: undefined });
        const all = merged.rules.map(withoutId);
        for (const one of added.flat()) expect(all).toContainEqual(withoutId(one));
        expect(new Set(merged.rules.map(({ id }) => id)).size).toBe(merged.rules.length);
      }),
      RUNS,
    );
  });

  it("is the one edit if there is only one, and the same if both are the same", () => {
    fc.assert(
      fc.property(sides, ({ base, mine, theirs }) => {
        expect(merge(base, mine, base)).toEqual({ merged: mine, conflicts: [] });
        expect(merge(base, base, theirs)).toEqual({ merged: theirs, conflicts: [] });
        expect(merge(base, mine, mine)).toEqual({ merged: mine, conflicts: [] });
      }),
      RUNS,
    );
  });
});
