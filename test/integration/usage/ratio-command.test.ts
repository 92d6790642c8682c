/** `burgee usage KEY --check-ratio`. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../cli/harness.ts";

const halves = {
  by: ["targetingKey"],
  hash: "murmur3-mulshift",
  weights: [
    ["on", 50_000],
    ["off", 50_000],
  ],
};
const flag = JSON.stringify({
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  default: { rollout: { ...halves, salt: "a" } },
  rules: [
    { id: "staff", when: { attribute: "staff", operator: "exists" }, serve: { variant: "on" } },
    { id: "beta", when: { attribute: "beta", operator: "exists" }, serve: { rollout: { ...halves, salt: "b" } } },
  ],
});

describe("burgee usage --check-ratio", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create halves -f - -e production", { input: flag });
    await t.run("flags create plain -f - -e production", {
      input: JSON.stringify({ type: "boolean", variants: { on: true }, enabled: true, default: { variant: "on" } }),
    });
  });
  afterAll(() => t.close());

  test("shows each split beside its counts, and says what the counts are", async ({ expect }) => {
    const { out, code } = await t.run("usage halves -e production --check-ratio");
    expect(code).toBe(0);
    expect(out).toMatch(/^counts from /);
    expect(out).toMatch(/Rule beta\nVARIANT +CONFIGURED +COUNTED +COUNT +EXPECTED\non +50\.0% +0 +0\.0\n/);
    expect(out).toMatch(/Default\n/);
    expect(out).toContain("There are too few counts: 0. The check needs at least 10");
    expect(out).toContain("The counts are evaluations and not subjects.");
    expect((await t.run("usage halves -e production --check-ratio --json")).json.checks).toHaveLength(2);
    expect((await t.run("usage plain -e production --check-ratio")).out).toContain(
      "neither the default nor a rule has a split",
    );
  });

  test("compares counts of your own with the default or a rule", async ({ expect }) => {
    const { out } = await t.run("usage halves -e production --check-ratio --counts on=821588,off=815482");
    expect(out).toContain("The split differs from the configured one");
    expect(out).not.toContain("evaluations and not subjects");
    const beta = await t.run("usage halves -e production --check-ratio --counts on=50,off=51 --rule beta --json");
    expect(beta.json).toMatchObject({ rule: "beta", verdict: "as_configured", count: 101 });
  });

  test.for<[string, string]>([
    ["usage halves -e production --counts on=1", "--counts and --rule need --check-ratio"],
    ["usage halves -e production --check-ratio --rule beta", "--rule needs --counts"],
    ["usage -e production --check-ratio", "--check-ratio needs the key of a flag"],
    [
      "usage halves -e production --check-ratio --counts on=1,off",
      '--counts must be like on=512,off=488, and "off" is not',
    ],
    [
      "usage halves -e production --check-ratio --counts on=1 --rule staff",
      'rule "staff" of flag "halves" has no split',
    ],
  ])("refuses %s", async ([line, message], { expect }) => {
    const { code, err } = await t.run(line);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
