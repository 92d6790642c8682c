import { describe, test } from "vitest";
import { createSubject } from "../../../console/src/state/try-it/subject.ts";
import { titleOf } from "../../../console/src/state/title.ts";

const suggested = { context: ["plan", "targetingKey"], request: ["country"] };

describe("who is evaluated", () => {
  test("starts with what the flag asks for; what is left empty is not sent", ({ expect }) => {
    const subject = createSubject(suggested);
    expect(subject.rows.value.map(({ name }) => name)).toEqual(["targetingKey", "plan"]);
    expect(subject.question()).toEqual({ context: { targetingKey: "user-1" }, request: undefined });
    subject.setRequest([{ name: "country", type: "text", text: "DE" }]);
    expect(subject.question()?.request).toEqual({ country: "DE" });
  });

  test("the form and the JSON say the same", ({ expect }) => {
    const subject = createSubject(suggested);
    subject.switchMode();
    expect(JSON.parse(subject.text.value)).toEqual({ targetingKey: "user-1" });
    subject.setText('{"seats": 12, "beta": true, "teams": ["a"]}');
    expect(subject.question()?.context).toEqual({ seats: 12, beta: true, teams: ["a"] });
    subject.switchMode();
    expect(subject.rows.value).toEqual([
      { name: "seats", type: "number", text: "12" },
      { name: "beta", type: "yes or no", text: "true" },
      { name: "teams", type: "JSON", text: '["a"]' },
    ]);
    expect(subject.question()?.context).toEqual({ seats: 12, beta: true, teams: ["a"] });
  });

  test("what cannot be read is neither sent nor lost by a change of the form", ({ expect }) => {
    const subject = createSubject(suggested);
    subject.setRows([{ name: "seats", type: "number", text: "twelve" }]);
    expect(subject.question()).toBeUndefined();
    subject.switchMode();
    expect(subject.mode.value).toBe("form");
    expect([...subject.rowProblems.value.keys()]).toEqual([0]);
  });
});

test("the tab's title names the thing, the page and the environment", ({ expect }) => {
  const titles = new Map([["flags", "Flags"]]);
  expect(titleOf(["flags", "checkout"], "production", titles)).toBe("checkout · Flags · production · Burgee");
  expect(titleOf([], undefined, titles)).toBe("Flags · Burgee");
  expect(titleOf(["nowhere"], "production", titles)).toBe("No such page · production · Burgee");
});
