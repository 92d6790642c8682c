import { expect, test } from "vitest";
import { attributesOf } from "../../../console/src/ui/condition/attributes.ts";
import {
  changeForm,
  changeOperator,
  changeTruth,
  formOf,
  type Known,
  OPERATOR_GROUPS,
} from "../../../console/src/ui/condition/condition.ts";
import {
  notationOf,
  parseLines,
  parseNumber,
  parsePath,
  parseType,
  parseValue,
  parseVersion,
  valuesText,
  summaryOf,
  valueText,
} from "../../../console/src/ui/condition/values.ts";
import { pathText } from "../../../sdk/words/condition.ts";
import { OPERATORS } from "../../../src/flags/document.ts";

const KNOWN: Known = { segments: [{ key: "staff", name: "Staff" }], flags: [], attributes: [] };
const LEAF = { attribute: "plan", operator: "equals", values: ["pro"] } as const;
const leaf = { ...LEAF, values: [...LEAF.values] };

test("every operator is offered once", () => {
  const offered = OPERATOR_GROUPS.flatMap(({ operators }) => operators.map(([name]) => name));
  expect(offered.toSorted()).toEqual([...OPERATORS].toSorted());
});

test("a condition that becomes a group is its only part, and can become itself again", () => {
  const group = changeForm(leaf, "any", KNOWN);
  expect(group).toEqual({ any: [leaf] });
  expect(changeForm(group, "all", KNOWN)).toEqual({ all: [leaf] });
  expect(changeForm(group, "attribute", KNOWN)).toEqual(leaf);
  expect(changeForm(group, "not", KNOWN)).toEqual({ not: leaf });
  expect(changeForm(changeForm(leaf, "not", KNOWN), "all", KNOWN)).toEqual({ all: [leaf] });
});

test("a group of several becomes a negation as a whole", () => {
  const group = { all: [leaf, { segment: "staff" }] };
  expect(changeForm(group, "not", KNOWN)).toEqual({ not: group });
});

test("a condition changes to the chosen form", () => {
  for (const form of ["attribute", "segment", "flag", "bucket", "all", "any", "not"] as const) {
    expect(formOf(changeForm(leaf, form, KNOWN))).toBe(form);
  }
});

test("another operator keeps the values that it can compare", () => {
  const mixed = { ...leaf, values: ["a", 2, 5], caseInsensitive: true, missing: true };
  expect(changeOperator(mixed, "gt")).toEqual({ attribute: "plan", operator: "gt", values: [2], missing: true });
  expect(changeOperator(mixed, "between").values).toEqual([2, 5]);
  expect(changeOperator(mixed, "contains")).toMatchObject({ values: ["a"], caseInsensitive: true });
  expect(changeOperator(mixed, "exists")).toEqual({ attribute: "plan", operator: "exists" });
});

test("another operator keeps how it treats attributes that it cannot use", () => {
  const version = {
    attribute: "app",
    operator: "semver_gte" as const,
    values: ["1.18"],
    read: "version-padded" as const,
  };
  const unsure = { ...version, missing: "unknown" as const, invalid: false };
  expect(changeOperator(unsure, "semver_lt")).toEqual({ ...unsure, operator: "semver_lt" });
  expect(changeOperator(unsure, "semver_caret")).not.toHaveProperty("read");
  expect(changeOperator(unsure, "contains")).toEqual({
    attribute: "app",
    operator: "contains",
    values: ["1.18"],
    missing: "unknown",
    invalid: false,
  });
  expect(changeOperator(unsure, "exists")).toEqual({ attribute: "app", operator: "exists" });
});

test("another operator keeps the reader if it takes it, and the test of each element", () => {
  const read = { attribute: "age", operator: "lt" as const, values: [18], read: { modulo: 3 }, each: true };
  expect(changeOperator(read, "in")).toEqual({ ...read, operator: "in" });
  expect(changeOperator(read, "contains")).toEqual({ attribute: "age", operator: "contains", values: [], each: true });
  expect(changeOperator(read, "array_contains_any")).toEqual({
    attribute: "age",
    operator: "array_contains_any",
    values: [18],
  });
  const text = { attribute: "name", operator: "lt" as const, values: ["m"] };
  expect(changeOperator(text, "gte")).toEqual({ ...text, operator: "gte" });
});

test("only a choice that differs from the default is stored", () => {
  expect(changeTruth(leaf, "missing", "unknown")).toEqual({ ...leaf, missing: "unknown" });
  expect(changeTruth({ ...leaf, missing: true }, "missing", "false")).toEqual(leaf);
  expect(changeTruth(leaf, "invalid", "true")).toEqual({ ...leaf, invalid: true });
  expect(changeTruth({ ...leaf, missing: "unknown" }, "invalid", "false")).toEqual({
    ...leaf,
    missing: "unknown",
    invalid: false,
  });
  expect(changeTruth({ ...leaf, invalid: true }, "invalid", "")).toEqual(leaf);
});

test("versions are checked in the form that the condition reads", () => {
  expect(parseVersion("1.18.1.5", "version-extended")).toEqual({ value: "1.18.1.5" });
  expect(parseVersion("v1.18", "version-partial")).toHaveProperty("problem");
  expect(parseVersion("v1.0")).toHaveProperty("problem");
  expect(parseVersion("v2.0.0-rc.1")).toHaveProperty("value");
});

test("a value is text, or JSON if text would change the type of one", () => {
  expect(notationOf(["a", "b c"])).toBe("text");
  for (const value of [1, true, null, "", " a", "a\nb"]) expect(notationOf([value])).toBe("json");
  for (const value of ["1", 1, null, true, "a\nb", ""])
    expect(parseValue(valueText(value, "json"), "json")).toEqual({ value });
  for (const text of ["nope", "[1]"]) expect(parseValue(text, "json")).toHaveProperty("problem");
  expect(parseLines(`${valuesText(["1", "x y"])}\n\n`)).toEqual({ value: ["1", "x y"] });
});

test("the names of types are the only types", () => {
  expect(parseType("array")).toEqual({ value: "array" });
  expect(parseType("list")).toHaveProperty("problem");
});

test("the count of values names a few that are in the list more than once", () => {
  expect(summaryOf(["a"])).toBe("1 value.");
  expect(summaryOf(["a", "b", "a", "a", "1", 1])).toBe("6 values. In the list more than once: a.");
  const many = Array.from({ length: 1000 }, (_, i) => `u${i}`);
  expect(summaryOf([...many, ...many])).toBe(
    "2,000 values. In the list more than once: u0, u1, u2, u3, u4 and 995 more.",
  );
});

test("only decimal numbers are numbers", () => {
  expect(["10.0", "-1", ".5", "1e3"].map(parseNumber)).toEqual([10, -1, 0.5, 1000].map((value) => ({ value })));
  for (const text of ["", "0x10", "1,5", "Infinity", "1e999"]) expect(parseNumber(text)).toHaveProperty("problem");
});

test("numbers that would change are refused, and large floats are shown with an exponent", () => {
  for (const text of ["9007199254740993", "-9007199254740992"]) {
    expect(parseNumber(text)).toEqual({ problem: expect.stringContaining("write it as text") });
    expect(parseValue(text, "json")).toEqual({ problem: expect.stringMatching(/^must be within/) });
    expect(parseValue(text, "text")).toEqual({ value: text });
  }
  expect(parseValue("1e999", "json")).toEqual({ problem: "is too large a number" });
  expect(valueText(1e17, "json")).toBe("1e+17");
  expect(parseValue("1e+17", "json")).toEqual({ value: 1e17 });
});

test("a nested path keeps slashes in its names, and a name with dots is one name", () => {
  const path = ["a/b", "c~d", "e"];
  expect(parsePath(pathText(path), true)).toEqual(path);
  expect(parsePath(pathText("user.plan"), false)).toBe("user.plan");
});

test("attributes at any depth are suggested once, beside those that always exist", () => {
  const plan = { attribute: "plan", operator: "exists" as const };
  const names = attributesOf([{ any: [plan, { not: { all: [plan, { segment: "staff" }] } }] }]);
  expect(names.filter((name) => name === "plan")).toEqual(["plan"]);
  expect(names).toEqual(expect.arrayContaining(["targetingKey", "request.country", "request.userAgentFamily"]));
});
