import { describe, test } from "vitest";
import type { Condition } from "../../../sdk/client/contract.ts";
import { attributesOf } from "../../../console/src/state/try-it/trace.ts";
import { createSubject } from "../../../console/src/state/try-it/subject.ts";
import { titleOf } from "../../../console/src/state/title.ts";

const suggested = { context: ["plan", "targetingKey"], request: ["country"] };

describe("the subject of an evaluation", () => {
  test("starts with the attributes of the flag, and does not send empty ones", ({ expect }) => {
    const subject = createSubject(suggested);
    expect(subject.rows.value.map(({ name }) => name)).toEqual(["targetingKey", "plan"]);
    expect(subject.input()).toEqual({ context: { targetingKey: "user-1" }, request: undefined });
    subject.setRequest([{ name: "country", type: "text", text: "DE" }]);
    expect(subject.input()?.request).toEqual({ country: "DE" });
  });

  test("starts with numbers where a condition compares with numbers, because text never matches", ({ expect }) => {
    const compare = (attribute: string, values: (number | string)[]): Condition => ({
      attribute,
      operator: "in",
      values,
    });
    const when = { all: [compare("seats", [50]), compare("plan", ["pro"]), compare("mixed", [1, "one"])] };
    const flag = { rules: [{ id: "r", when, serve: { variant: "on" } }], default: { variant: "on" } };
    const rows = createSubject(attributesOf(flag)).rows.value;
    expect(rows.filter(({ type }) => type === "number").map(({ name }) => name)).toEqual(["seats"]);
  });

  test("is the same as a form and as JSON", ({ expect }) => {
    const subject = createSubject(suggested);
    subject.switchMode();
    expect(JSON.parse(subject.text.value)).toEqual({ targetingKey: "user-1" });
    subject.setText('{"seats": 12, "beta": true, "teams": ["a"]}');
    expect(subject.input()?.context).toEqual({ seats: 12, beta: true, teams: ["a"] });
    subject.switchMode();
    expect(subject.rows.value).toEqual([
      { name: "seats", type: "number", text: "12" },
      { name: "beta", type: "boolean", text: "true" },
      { name: "teams", type: "JSON", text: '["a"]' },
    ]);
    expect(subject.input()?.context).toEqual({ seats: 12, beta: true, teams: ["a"] });
  });

  test("neither sends invalid input nor loses it when the mode changes", ({ expect }) => {
    const subject = createSubject(suggested);
    subject.setRows([{ name: "seats", type: "number", text: "twelve" }]);
    expect(subject.input()).toBeUndefined();
    subject.switchMode();
    expect(subject.mode.value).toBe("form");
    expect([...subject.rowProblems.value.keys()]).toEqual([0]);
  });
});

test("the title of the tab names the item, the page and the environment", ({ expect }) => {
  const titles = new Map([["flags", "Flags"]]);
  expect(titleOf(["flags", "checkout"], "production", titles)).toBe("checkout · Flags · production · Burgee");
  expect(titleOf([], undefined, titles)).toBe("Flags · Burgee");
  expect(titleOf(["nowhere"], "production", titles)).toBe("Page not found · production · Burgee");
});
