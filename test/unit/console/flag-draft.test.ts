import { expect, test } from "vitest";
import type { Flag } from "../../../sdk/client/contract.ts";
import {
  draftOf,
  flagOf,
  freeName,
  changeKind,
  defaultsForType,
  isDefinitionPointer,
  moveItem,
  newDraft,
  renameVariant,
  withRemovals,
} from "../../../console/src/state/flags/flag-draft.ts";
import { enclosingPointers, remainingProblems } from "../../../console/src/state/flags/pointers.ts";
import { parseValue, valueText } from "../../../console/src/state/flags/variant-values.ts";
import { layersOf } from "../../../console/src/pages/flag/prerequisites/prerequisite-layers.ts";
import { metadataText, parseMetadata } from "../../../console/src/pages/flag/metadata-text.ts";
import { copyOf } from "../../../console/src/state/flags/copy-configuration.ts";
import { conditionText } from "../../../sdk/words/condition.ts";
import { pointerText, valueAt } from "../../../sdk/words/place.ts";
import { parseFlagInput } from "../../../src/flags/parse.ts";

const FLAG: Flag = {
  key: "checkout",
  kind: "flag",
  type: "boolean",
  description: "The new checkout.",
  tags: ["release"],
  clientVisible: true,
  metadata: { ticket: "SHOP-1" },
  variants: { on: true, off: false },
  enabled: true,
  offVariant: "off",
  default: {
    rollout: {
      weights: [
        ["on", 25_000],
        ["off", 75_000],
      ],
    },
  },
  rules: [
    { id: "staff", when: { segment: "staff" }, serve: { variant: "on" } },
    { id: "others", serve: { variant: "off" } },
  ],
  prerequisites: [{ flag: "shell", variants: ["on"] }],
};

test("an unchanged draft is the flag", () => {
  expect(flagOf(draftOf(FLAG))).toEqual(FLAG);
});

test("a draft has no version and no time of change", () => {
  expect(flagOf(draftOf({ ...FLAG, version: 4, updatedAt: "2030-01-01T00:00:00Z" }))).toEqual(FLAG);
});

test("remaining parts keep their identity after a save, so that the page does not jump", () => {
  const before = draftOf(FLAG);
  const saved = { ...FLAG, variants: { off: false, on: true, beta: true }, rules: FLAG.rules?.toReversed() };
  const after = draftOf(saved, before);
  expect(after.rules.map(({ id }) => id)).toEqual(before.rules.map(({ id }) => id).toReversed());
  const known = new Map(before.variants.map(({ id, item }) => [item.name, id]));
  expect(after.variants.slice(0, 2).map(({ id, item }) => known.get(item.name) === id)).toEqual([true, true]);
  expect([...known.values()]).not.toContain(after.variants[2]?.id);
});

test("a new flag of every kind and type is valid", () => {
  const draft = { ...newDraft(), key: "new-one" };
  for (const kind of ["flag", "switch", "sample"] as const) parseFlagInput(flagOf(changeKind(draft, kind)));
  for (const type of ["boolean", "string", "integer", "float", "object", "json"] as const) {
    parseFlagInput(flagOf({ ...draft, ...defaultsForType(type) }));
  }
});

test("a renamed variant changes wherever the flag serves it", () => {
  const renamed = flagOf(renameVariant(draftOf(FLAG), "off", "old"));
  expect(renamed).toMatchObject({
    variants: { on: true, old: false },
    offVariant: "old",
    default: {
      rollout: {
        weights: [
          ["on", 25_000],
          ["old", 75_000],
        ],
      },
    },
    rules: [{ serve: { variant: "on" } }, { serve: { variant: "old" } }],
  });
});

test("an item moves to its place, but not beyond the ends", () => {
  expect(moveItem(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moveItem(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moveItem(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moveItem(["a", "b"], 1, 2)).toEqual(["a", "b"]);
});

test("a free name is an unused name", () => {
  expect(freeName("rule", ["rule-2"])).toBe("rule-3");
  expect(freeName("rule", [])).toBe("rule-1");
});

test("values are the same after a conversion to text and back", () => {
  expect(valueText("float", 10)).toBe("10.0");
  expect(valueText("integer", 10)).toBe("10");
  const values = [
    ["boolean", true],
    ["string", '"quoted"\ntwice'],
    ["integer", -12],
    ["float", 10],
    ["float", 0.5],
    ["object", { a: [1, null, 1e17] }],
  ] as const;
  for (const [type, value] of values) expect(parseValue(type, valueText(type, value))).toEqual({ value });
});

test("a value of another type is rejected", () => {
  const wrong = [
    ["boolean", "yes"],
    ["integer", "1.0"],
    ["integer", "9007199254740993"],
    ["float", "1,5"],
    ["float", "9007199254740993"],
    ["object", '{"a":[9007199254740993]}'],
    ["object", '{"a":1e999}'],
    ["object", "{"],
    ["object", "12"],
    ["object", "null"],
  ] as const;
  for (const [type, text] of wrong) expect(parseValue(type, text), `${type} ${text}`).toHaveProperty("problem");
});

test("metadata that looks like a number or a boolean is text only in quotes", () => {
  for (const value of ["plain", "12", "true", '"', "", "+1", "1.5", 12, -3, true, false]) {
    expect(parseMetadata(metadataText(value))).toEqual({ value });
  }
  for (const text of ["1.5", "2147483648", '"open']) expect(parseMetadata(text)).toHaveProperty("problem");
});

test("a problem remains until its own field changes or moves", () => {
  const problems = [
    { pointer: "/rules/0/serve/variant", detail: "is not a variant of this flag" },
    { pointer: "/owner", detail: "must be text" },
  ];
  expect(remainingProblems(problems, FLAG, { ...FLAG, description: "else" })).toEqual(problems);
  expect(remainingProblems(problems, FLAG, { ...FLAG, rules: FLAG.rules?.toReversed() })).toEqual([problems[1]]);
  expect(remainingProblems(problems, FLAG, { ...FLAG, owner: "me" })).toEqual([problems[0]]);
});

test("a pointer leads to the closest field, and has a name in words", () => {
  expect(enclosingPointers("/rules/0/when")).toEqual(["/rules/0/when", "/rules/0", "/rules"]);
  expect(valueAt({ "a/b": [{ c: 1 }] }, "/a~1b/0/c")).toBe(1);
  expect(pointerText("/rules/0/when/all/1/values/2")).toBe("rule 1, condition, part 2, value 3");
  expect(pointerText("/default/rollout/weights/0/1")).toBe("default, rollout, weight 1");
  expect(pointerText("/rules/1/during/0/timezone")).toBe("rule 2, window 1, time zone");
  expect(pointerText("")).toBe("the whole flag");
});

test("pointers into the definition are those that every environment shares", () => {
  expect(["/variants/on", "/tags", "/description"].every(isDefinitionPointer)).toBe(true);
  expect(["/rules/staff/serve", "/enabled", "/offVariant", "/default"].some(isDefinitionPointer)).toBe(false);
});

test("a copy changes the configuration, but not the version, nor the state on request", () => {
  const { enabled, offVariant, rules, prerequisites } = FLAG;
  const here = { enabled, offVariant, default: FLAG.default, rules, prerequisites, version: 9 };
  const there = { ...here, enabled: false, rules: [], version: 3 };
  const known = {
    ...FLAG,
    kind: "flag" as const,
    description: "",
    tags: [],
    clientVisible: true,
    metadata: {},
    lifetime: "temporary" as const,
    expiresAt: "2030-01-31T00:00:00.000Z",
    createdAt: "",
    updatedAt: "",
    environments: { staging: here, production: there },
  };
  const copy = copyOf(known, "staging", "production", true);
  expect(copy?.base).toMatchObject({ version: 3, rules: [], lifetime: "temporary", expiresAt: known.expiresAt });
  expect(copy?.wanted).toMatchObject({ version: 3, enabled: false, rules: FLAG.rules });
  expect(copyOf(known, "staging", "production", false)?.wanted.enabled).toBe(true);
  expect(copyOf(known, "staging", "nowhere", true)).toBeUndefined();
});

test("each flag in the graph is to the right of all that need it, and circles are cut", () => {
  const needs: Record<string, { flag: string; variants: string[] }[]> = {
    b: [{ flag: "c", variants: ["on"] }],
    c: [{ flag: "a", variants: ["on"] }],
  };
  const own = ["c", "b"].map((flag) => ({ flag, variants: ["on"] }));
  const graph = layersOf("a", own, (flag) => needs[flag] ?? []);
  expect(graph.layers).toEqual([["a"], ["b"], ["c"]]);
  expect(graph.needs.map(({ flag, needs: needed }) => `${flag}>${needed}`).toSorted()).toEqual(["a>b", "a>c", "b>c"]);
});

test("a condition reads as a sentence", () => {
  const when = {
    all: [
      { any: [{ segment: "staff" }, { attribute: "plan", operator: "equals" as const, values: ["pro"] }] },
      { not: { attribute: ["user", "country"], operator: "in" as const, values: ["DE", "FR", "IT", "ES"] } },
    ],
  };
  expect(conditionText(when)).toBe(
    "(in segment staff or plan is pro) and user/country is none of DE, FR, IT or 1 more",
  );
  const read = { attribute: "age", operator: "lt" as const, values: [18], read: "number" as const };
  expect(conditionText(read)).toBe("age (read as number) is below 18");
});

test("a save removes the optional fields that only the stored flag has", () => {
  const stored: Flag = { ...FLAG, owner: "web", fallback: true, expiresAt: "2030-01-01T00:00:00Z" };
  const { owner: _owner, fallback: _fallback, expiresAt: _expiresAt, ...wanted } = stored;
  expect(withRemovals(stored, wanted)).toEqual({ ...wanted, owner: "", fallback: null, expiresAt: null });
  expect(withRemovals(wanted, stored)).toEqual(stored);
});

test("a new flag of another type has no fallback of the former type", () => {
  const typed = { ...newDraft(), fallback: true };
  expect(flagOf({ ...typed, ...defaultsForType("string") })).not.toHaveProperty("fallback");
});
