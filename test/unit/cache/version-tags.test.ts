import fc from "fast-check";
import { describe, test } from "vitest";
import type { Change } from "../../../src/flags/changes.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";

/** Creates an environment at version 5 with the tag "old" that holds a, the SDK keys and the index. */
function filled({ tag }: { tag: string | undefined } = { tag: "old" }) {
  const { tier, clock } = aMemoryTier<string>();
  tier.advance("prod", { version: 5, changes: [[5, ["a"]]], tag });
  tier.set("prod", "a", "a of old", { asOf: 5 });
  const environment = tier.environment("prod");
  environment.setKeys({}, 5);
  environment.setIndex(["a"], 5, ["a"]);
  return { tier, clock, environment };
}

describe("the version tag of an environment in memory", () => {
  test("is the newer head's tag, also if that has none", ({ expect }) => {
    const { tier, environment } = filled();
    expect(environment.tag).toBe("old");
    tier.advance("prod", { version: 6, changes: [[6, []]], tag: "t6" });
    expect(environment.tag).toBe("t6");
    tier.advance("prod", { version: 5, changes: [], tag: "older" });
    expect(environment.tag).toBe("t6");
    tier.advance("prod", { version: 7, changes: [[7, []]] });
    expect(environment.tag).toBeUndefined();
  });

  test("is learned from a head of the same version, and not forgotten for one without a tag", ({ expect }) => {
    const { tier, environment } = filled({ tag: undefined });
    expect(tier.advance("prod", { version: 5, changes: [], tag: "t5" })).toBe(false);
    expect(tier.advance("prod", { version: 5, changes: [] })).toBe(false);
    expect(environment.tag).toBe("t5");
    expect(environment.current("a")?.value).toBe("a of old");
  });

  test("supersedes everything if a head of the same version has another", async ({ expect }) => {
    const { tier, clock, environment } = filled();
    let moves = 0;
    environment.onMove(() => void moves++);
    await clock.advance(10);
    const { generation } = environment;
    expect(tier.advance("prod", { version: 5, changes: [[5, ["b"]]], tag: "new" })).toBe(true);
    expect(environment).toMatchObject({ version: 5, tag: "new", changes: [[5, ["b"]]], movedAt: clock.now() });
    expect([environment.current("a"), environment.keys, environment.index]).toEqual([undefined, undefined, undefined]);
    expect(environment.isHidden("a")).toBe(false);
    expect(environment.peek("a")?.value).toBe("a of old");
    expect(environment.generation).not.toBe(generation);
    expect(moves).toBe(1);
  });

  test("refuses readings from before the other history, which may be of the first", ({ expect }) => {
    const { tier } = filled();
    const changes: Change[] = [
      [4, ["c"]],
      [5, ["b"], "four"],
    ];
    tier.advance("prod", { version: 5, changes, tag: "new" });
    expect(tier.set("prod", "a", "a of 4", { asOf: 4 })).toBe(false);
    expect(tier.set("prod", "a", "a of 5", { asOf: 5 })).toBe(true);
    tier.advance("prod", { version: 6, changes: [...changes, [6, [], "new"]], tag: "t6" });
    expect(tier.set("prod", "a", "a of 4", { asOf: 4 })).toBe(false);
    expect(tier.set("prod", "a", "a of 5", { asOf: 5 })).toBe(true);
  });
});

const KEYS = ["a", "b", "c"];
const NEWEST = 8;

/** Two histories of one environment, the same up to the version at which the second was restored. */
class History {
  readonly name: string;
  readonly restoredAt: number;
  readonly changes: Change[];

  constructor(name: string, restoredAt: number, changes: Change[]) {
    this.name = name;
    this.restoredAt = restoredAt;
    this.changes = changes;
  }

  tagOf(version: number): string {
    return version <= this.restoredAt ? `shared ${version}` : `${this.name} ${version}`;
  }

  /** The changes of a head: the last ones, with tags or, as from an older worker, without. */
  list(version: number, length: number, isTagged: boolean): Change[] {
    const listed = this.changes.slice(Math.max(0, version - length), version);
    return isTagged ? listed.map(([at, fields]) => [at, fields, this.tagOf(at - 1)]) : listed;
  }

  /** The value of a flag: the tag of the version that changed it last. */
  valueOf(key: string, version: number): string {
    const last = this.changes.findLast(([at, fields]) => at <= version && (fields === "*" || fields.includes(key)));
    return last === undefined ? "first" : this.tagOf(last[0]);
  }
}

const changed = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.subarray(KEYS) }, { weight: 1, arbitrary: fc.constant("*" as const) }),
  { minLength: NEWEST, maxLength: NEWEST },
);

const histories = fc
  .tuple(fc.integer({ min: 1, max: NEWEST - 1 }), changed, changed)
  .map(([restoredAt, first, second]) => {
    const changesOf = (lists: (string[] | "*")[]) => lists.map((fields, i): Change => [i + 1, fields]);
    const lost = changesOf(first);
    const restored = [...lost.slice(0, restoredAt), ...changesOf(second).slice(restoredAt)];
    return [new History("lost", restoredAt, lost), new History("restored", restoredAt, restored)] as const;
  });

const step = fc.record({
  isRestored: fc.boolean(),
  version: fc.integer({ min: 1, max: NEWEST }),
  listed: fc.integer({ min: 0, max: NEWEST }),
  isTagged: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  read: fc.subarray(KEYS),
  late: fc.integer({ min: 1, max: NEWEST }),
});

test("a flag of one history is never served at a head of another", ({ expect }) => {
  fc.assert(
    fc.property(histories, fc.array(step, { maxLength: 12 }), ([lost, restored], steps) => {
      const { tier } = aMemoryTier<string>();
      const environment = tier.environment("prod");
      let held = lost;
      for (const { isRestored, version, listed, isTagged, read, late } of steps) {
        const history = isRestored ? restored : lost;
        const known = environment.version;
        const isSame = known === 0 || held.tagOf(known) === history.tagOf(known);
        const put = (asOf: number) => {
          tier.setMany("prod", new Map(read.map((key) => [key, history.valueOf(key, asOf)])), { asOf });
        };
        // At one version, or if no tag is known at all, nothing tells the histories apart.
        const isProven = version === known ? isTagged && environment.tag !== undefined : isTagged || environment.tag;
        if (isSame || (version >= known && isProven)) {
          const tag = isTagged ? history.tagOf(version) : undefined;
          tier.advance("prod", { version, changes: history.list(version, listed, isTagged), tag });
          if (version >= known) held = history;
          put(version);
        }
        // A slow reading, which may be of an earlier version and of either history.
        const isComparable = late !== environment.version || environment.tag !== undefined;
        if (isComparable && environment.changedSince(late, history.tagOf(late)) !== "*") put(late);
        for (const key of KEYS) {
          const value = environment.current(key)?.value;
          if (value !== undefined) expect(value).toBe(held.valueOf(key, environment.version));
        }
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});
