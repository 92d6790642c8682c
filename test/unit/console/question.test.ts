import { describe, test } from "vitest";
import { addressOf, momentOf, questionOf } from "../../../console/src/state/try-it/question.ts";
import { createSubject } from "../../../console/src/state/try-it/subject.ts";
import { instantOfLocal, localControlText, utcText } from "../../../console/src/ui/fields/local-instant.ts";

const SUGGESTED = { context: ["plan"], request: ["country"] };
const of = (context: Record<string, unknown>, request?: Record<string, unknown>) =>
  addressOf({ context, request }, {}).question;

describe("the question of Try it in the address", () => {
  test.for([
    { targetingKey: "user-1", plan: "pro", seats: 12, beta: false, teams: ["a", { b: null }] },
    { targetingKey: "1", plan: "", " spaced ": "x", "": 1 },
    { big: 9007199254740991, small: 1e-7, text: "12" },
    {},
  ])("opens with the same context: %j", (context, { expect }) => {
    const request = { country: "DE", region: "BY" };
    const subject = createSubject(SUGGESTED, of(context, request));
    expect(subject.input()).toEqual({ context, request });
  });

  test("shows a context that is not JSON as it is, and does not evaluate it", ({ expect }) => {
    const subject = createSubject(SUGGESTED, { context: "{plan" });
    expect([subject.mode.value, subject.text.value, subject.input()]).toEqual(["json", "{plan", undefined]);
  });

  test("has an instant or a version, never both, and nothing for now", ({ expect }) => {
    const at = "2026-11-20T08:00:00Z";
    expect(addressOf({ context: {}, request: undefined }, { version: 12 }).question).toEqual({
      context: "{}",
      version: "12",
    });
    expect(momentOf(questionOf({ at, version: "12" }))).toEqual({ at });
    expect(momentOf(questionOf({ version: "12" }))).toEqual({ version: 12 });
    expect(momentOf(questionOf({}))).toEqual({});
  });

  test.for([
    ["password", "x"],
    ["apiKey", "x"],
    ["user", { session: { accessToken: "x" } }],
    ["note", "bga_write_abc"],
    ["note", "eyJhbGciOiJIUzI1NiJ9.e30.x"],
    ["headers", [{ Authorization: "Bearer x" }]],
  ] as const)("leaves out what looks like a secret: %j", ([name, value], { expect }) => {
    const { question, omitted } = addressOf({ context: { [name]: value, plan: "pro" }, request: undefined }, {});
    expect([question.context, omitted]).toEqual(['{"plan":"pro"}', [name]]);
  });

  test("keeps the targeting key and other names", ({ expect }) => {
    const context = { targetingKey: "key-1", keyboard: "de", passenger: true, sessions: 3 };
    expect(addressOf({ context, request: undefined }, {}).omitted).toEqual([]);
  });
});

describe("an instant in the control for local time", () => {
  test.for(["2026-11-20T08:00:00Z", "2026-07-01T23:59:58Z", "2026-11-20T08:00:00.123Z", "0099-03-04T05:06:00Z"])(
    "is read back as it was: %s",
    (instant, { expect }) => {
      const text = localControlText(instant);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{3})?)?$/);
      expect(instantOfLocal(text)).toBe(instant);
    },
  );

  test("is empty without an instant, and has UTC beside it", ({ expect }) => {
    expect([localControlText(undefined), localControlText("soon"), instantOfLocal("")]).toEqual(["", "", undefined]);
    expect(utcText("2026-11-20T08:00:00Z")).toBe("2026-11-20 08:00:00 UTC");
    expect(utcText("2026-11-20T08:00:00.120Z")).toBe("2026-11-20 08:00:00.120 UTC");
  });
});
