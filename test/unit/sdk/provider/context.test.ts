import { expect, test } from "vitest";
import { ProcessInput, resolve, valueOf } from "../../../../sdk/provider/resolve.ts";
import type { Context } from "../../../../src/evaluation/details.ts";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";

const reading = compileFlag(
  aFlagDocument("reading", 1, {
    rules: [{ id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "on" } }],
    default: { variant: "off" },
  }),
);
const constant = compileFlag(aFlagDocument("constant"));

const cycle: Record<string, unknown> = { plan: "pro" };
cycle["self"] = cycle;
const throwing = {
  get plan(): string {
    throw new Error("not today");
  },
};
const throwingKey = {
  get targetingKey(): string {
    throw new Error("not today");
  },
};

const input = (context: unknown): ProcessInput =>
  new ProcessInput(context as Context, { now: () => 0, random: () => 0.5 });

test.for([
  ["a cycle", cycle],
  ["a bigint", { plan: "pro", count: 1n }],
  ["a property that throws", throwing],
  ["a key that throws", throwingKey],
] as const)("a context with %s is invalid for a flag that reads it", ([, context]) => {
  expect(resolve(reading, "reading", true, input(context), { environment: "production" })).toMatchObject({
    value: true,
    errorCode: "INVALID_CONTEXT",
    errorMessage: "the context cannot be written as JSON",
  });
  expect(valueOf(reading, true, input(context))).toBe(true);
});

test("a flag that reads no attribute has its value for a context without a form in JSON", () => {
  expect(resolve(constant, "constant", false, input(cycle), { environment: "production" })).toMatchObject({
    value: true,
    reason: "STATIC",
  });
  expect(valueOf(constant, false, input(cycle))).toBe(true);
});

test("a key that is not text is refused, and a date counts as its text", () => {
  expect(resolve(constant, "constant", false, input({ targetingKey: 7 }), { environment: "production" })).toMatchObject(
    {
      value: false,
      errorCode: "INVALID_CONTEXT",
      errorMessage: "context.targetingKey must be a string",
    },
  );
  expect(
    resolve(constant, "constant", false, input({ targetingKey: new Date(0) }), { environment: "production" }),
  ).toMatchObject({
    value: true,
  });
});

test.for([[null], [undefined]])("a context of %s has no attributes", ([context]) => {
  expect(resolve(reading, "reading", true, input(context), { environment: "production" })).toMatchObject({
    value: false,
    reason: "DEFAULT",
  });
});

/** A user of a program, whose methods, getters and private fields are no attributes. */
class User {
  readonly #plan = "pro";
  get plan(): string {
    return this.#plan;
  }
}
class Account {
  readonly tier = "pro";
  toJSON(): object {
    return { plan: this.tier };
  }
}

test.for([
  ["a getter of a class", new User(), false],
  ["toJSON", new Account(), true],
  ["an object without a prototype", Object.assign(Object.create(null) as object, { plan: "pro" }), true],
  ["an attribute called constructor", { constructor: "Acme", plan: "pro" }, true],
] as const)("attributes are those of the context in JSON: %s", ([, context, value]) => {
  expect(valueOf(reading, !value, input(context))).toBe(value);
});

test.for([
  ["a list", ["pro"]],
  ["a text", "pro"],
  ["a date", new Date(0)],
])("%s is no context", ([, context]) => {
  expect(resolve(reading, "reading", true, input(context), { environment: "production" })).toMatchObject({
    value: true,
    errorCode: "INVALID_CONTEXT",
  });
});

test("a number that JSON does not know counts as null", () => {
  const counting = compileFlag(
    aFlagDocument("counting", 1, {
      rules: [{ id: "many", when: { attribute: "count", operator: "gt", values: [3] }, serve: { variant: "on" } }],
      default: { variant: "off" },
    }),
  );
  expect(valueOf(counting, true, input({ count: Number.POSITIVE_INFINITY }))).toBe(false);
  expect(valueOf(counting, false, input({ count: 4 }))).toBe(true);
});
