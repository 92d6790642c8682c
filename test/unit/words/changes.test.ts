import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Configuration, Rule } from "../../../sdk/client/contract.ts";
import {
  changesText,
  changeText,
  configurationChanges,
  documentChanges,
  flagChanges,
  segmentChanges,
} from "../../../sdk/words/changes.ts";
import { pack } from "../../../src/flags/hashes/packed-hashes.ts";
import { anyConfiguration, withOneChange } from "./arbitrary.ts";

const WORDING = { zone: "Europe/Berlin", flagKey: "checkout" };
const OFF: Configuration = { enabled: true, offVariant: "off", default: { variant: "off" }, rules: [] };

function textsOf(before: Partial<Configuration>, after: Partial<Configuration>): string[] {
  return configurationChanges({ ...OFF, ...before }, { ...OFF, ...after }, WORDING).map(changeText);
}

function ruleTexts(before: Partial<Rule>, after: Partial<Rule>): string[] {
  const rule = (parts: Partial<Rule>): Rule => ({ id: "beta", serve: { variant: "on" }, ...parts });
  return textsOf({ rules: [rule(before)] }, { rules: [rule(after)] });
}

describe("the differences of two configurations", () => {
  test("are none if all fields are equal, whatever the configuration is", () => {
    fc.assert(
      fc.property(anyConfiguration, (one) => {
        expect(configurationChanges(one, structuredClone(one), WORDING)).toEqual([]);
      }),
    );
  });

  test("are marked, with texts that differ, if any one field differs", () => {
    fc.assert(
      fc.property(anyConfiguration, fc.nat(), (one, choice) => {
        const changes = configurationChanges(one, withOneChange(one, choice), WORDING);
        expect(changes.length).toBeGreaterThan(0);
        for (const { before, after } of changes) expect(before).not.toBe(after);
      }),
      { numRuns: 1000 },
    );
  });

  test("are marked between two unrelated configurations exactly if these are not equal", () => {
    fc.assert(
      fc.property(anyConfiguration, anyConfiguration, (one, other) => {
        const isEqual = JSON.stringify(one) === JSON.stringify(other);
        expect(configurationChanges(one, other, WORDING).length === 0).toBe(isEqual);
      }),
    );
  });

  test("have words for the state, the default, the off variant and prerequisites", () => {
    expect(
      textsOf(
        { prerequisites: [{ flag: "pay", variants: ["on"] }] },
        {
          enabled: false,
          default: { variant: null },
          offVariant: null,
          prerequisites: [{ flag: "pay", variants: ["on", "beta"] }],
        },
      ),
    ).toEqual([
      "State: on → off",
      "Everyone else: off → the code default",
      "When off: off → the code default",
      "Prerequisite pay: serves on → serves on or beta",
    ]);
  });

  test("name the rules that were added, removed and moved", () => {
    const rule = (id: string): Rule => ({ id, when: { segment: id }, serve: { variant: "on" } });
    expect(textsOf({ rules: [rule("a"), rule("b"), rule("c")] }, { rules: [rule("b"), rule("a"), rule("d")] })).toEqual(
      [
        "Order of the rules: a, b → b, a",
        "Rule d added: IF in segment d THEN on",
        "Rule c removed: IF in segment c THEN on",
      ],
    );
  });

  test("name the part of a rule that changed", () => {
    const when = { attribute: "country", operator: "in" as const, values: ["NL"] };
    expect(
      ruleTexts(
        { when, description: "First" },
        { when: { ...when, values: ["NL", "BE"] }, from: "2026-12-24T08:00:00Z", description: "Second" },
      ),
    ).toEqual([
      "Rule beta, IF: country is NL → country is NL or BE",
      "Rule beta, active: always → from 24 Dec 2026, 09:00 CET",
      "Rule beta, description: “First” → “Second”",
    ]);
    expect(ruleTexts({ when }, {})).toEqual(["Rule beta, IF: country is NL → everyone"]);
  });

  test("name the field itself where the words are the same", () => {
    const rollout = {
      by: ["targetingKey"],
      hash: "murmur3-mulshift" as const,
      weights: [["on", 10_000]] as [string, number][],
    };
    expect(ruleTexts({ serve: { rollout: { ...rollout, onMiss: "next" } } }, { serve: { rollout } })).toEqual([
      "Rule beta, serve, rollout, everyone else removed: next",
    ]);
    const hashed = (byte: number) => ({
      attribute: "email",
      operator: "in" as const,
      read: { sha256: "s" },
      packed: pack([new Uint8Array(32).fill(byte)], 8),
    });
    const [change = ""] = ruleTexts({ when: hashed(1) }, { when: hashed(2) });
    expect(change).toMatch(/^Rule beta, condition, hashes, hashes: "[\w-]+" → "[\w-]+"$/);
  });
});

test("the differences of flags cover the definition, and fields that have no words of their own", () => {
  const before = { key: "f", variants: { on: true, off: false }, clientVisible: false, tags: ["a"], owner: "web" };
  const after = {
    ...before,
    variants: { on: true },
    clientVisible: true,
    tags: [],
    lifetime: "temporary",
    expiresAt: "2027-01-01T00:00:00Z",
    fallback: true,
    jsonSchema: { type: "object" },
  };
  expect(flagChanges(before, after, WORDING).map(changeText)).toEqual([
    "Variant off removed: false",
    "Fallback added: true",
    "Visible to: servers only → servers, browsers and apps",
    "Tags: a → none",
    "Lifetime added: temporary",
    "Expires added: 1 Jan 2027, 01:00 CET",
    'JSON Schema added: {"type":"object"}',
  ]);
  const removed = flagChanges({ fallback: true }, { fallback: null }, WORDING);
  expect(removed.map(changeText)).toEqual(["Fallback: true → none"]);
});

test("the differences of segments show their conditions in words", () => {
  const before = { key: "s", description: "", condition: { attribute: "plan", operator: "equals", values: ["pro"] } };
  const after = { ...before, condition: { not: before.condition } };
  expect(segmentChanges(before, after).map(changeText)).toEqual(["Condition: plan is pro → plan is not pro"]);
});

test("long lists of values show what they gained and lost", () => {
  const values = Array.from({ length: 25 }, (_, i) => `user-${i}`);
  const when = (list: string[]) => ({ all: [{ attribute: "id", operator: "in" as const, values: list }] });
  expect(ruleTexts({ when: when(values) }, { when: when([...values.slice(2), "ann", "bob"]) })).toEqual([
    "Rule beta, IF id: 25 values → 25 values (added ann and bob; removed user-0 and user-1)",
  ]);
  const [first = ""] = ruleTexts({ when: when(values) }, { when: when(values.toReversed()) });
  expect(first).toBe("Rule beta, IF id: 25 values → 25 values (the same ones, listed in another way)");
});

test("documents are compared by their kind, and those without words field by field", () => {
  const texts = (before: object, after: object) =>
    documentChanges(before as Record<string, unknown>, after as Record<string, unknown>, WORDING).map(changeText);
  const condition = { segment: "a" };
  expect(texts({ condition }, { condition: { segment: "b" } })).toEqual(["Condition: in segment a → in segment b"]);
  expect(texts({}, { condition })).toEqual(["Condition added: in segment a"]);
  expect(texts({ enabled: true, rules: [] }, { enabled: false, rules: [] })).toEqual(["State: on → off"]);
  expect(texts({ name: "a", origins: ["x"] }, { name: "b", origins: ["x", "y"] })).toEqual([
    "Name: a → b",
    "Origins 2 added: y",
  ]);
});

describe("changes as a short sentence", () => {
  const before = { name: "Plans", description: "", condition: { attribute: "plan", operator: "in", values: ["pro"] } };

  test("say the one change, or the places of several or of a long one", () => {
    expect(changesText(segmentChanges(before, { ...before, name: "Paid" }))).toBe("Name: “Plans” → “Paid”");
    const condition = { ...before.condition, values: ["free"] };
    const several = segmentChanges(before, { ...before, name: "Paid", description: "All of them", condition });
    expect(changesText(several)).toMatch(/^Changed: .*Name.* and .*Description/);
    expect(changesText(segmentChanges(before, { ...before, description: "x".repeat(200) }))).toBe(
      "Changed: Description",
    );
  });
});
