import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const BIG = "9007199254740993";
const INEXACT = "must be within ±9007199254740991";

describe("burgee refuses what it cannot send exactly, before it sends anything", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create search -e production --default on");
  });
  afterAll(() => t.close());

  const fetch = () => Promise.reject(new Error("nothing may be sent"));

  test.for([
    [["evaluate", "search", "-a", `seats=${BIG}`], INEXACT],
    [["explain", "search", "-a", `user={"ids":[1,${BIG}]}`], `/ids/1 ${INEXACT}`],
    [["evaluate", "search", "-a", "seats=1e999"], "is too large a number"],
    [["evaluate", "search", "-r", `asn=${BIG}`], INEXACT],
    [["flags", "create", "x", "--type", "integer", "--variant", `a=${BIG}`, "--default", "a"], "--variant a"],
    [["flags", "create", "x", "--type", "float", "--variant", "a=1e999", "--default", "a"], "is too large a number"],
    [["flags", "create", "x", "--type", "float", "--variant", `a=${BIG}`, "--default", "a"], INEXACT],
    [["flags", "create", "x", "--type", "object", "--variant", `a={"t":${BIG}}`, "--default", "a"], `/t ${INEXACT}`],
    [["flags", "set", "search", "--if-version", BIG, "--default", "on"], "must be a whole number"],
  ] as const)("%j", async ([args, problem], { expect }) => {
    const { code, err } = await t.run([...args, "-e", "production"], { fetch });
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  test.for([
    ["values: [.inf]", "(line 8) is .inf; it must be a finite number"],
    ["values: [.nan]", "(line 8) is .nan; it must be a finite number"],
    [`values: [${BIG}]`, `/flags/0/environments/production/rules/0/when/values/0 (line 8) ${INEXACT}`],
  ] as const)("a project file with %s", async ([values, problem], { expect }) => {
    await t.write(
      "flags.yaml",
      `environments: [{ key: production }]
flags:
  - { key: y, type: boolean, variants: { on: true, off: false }, environments: { production: {
    enabled: true, default: { variant: "on" }, rules: [
      {
        id: r, when: {
        attribute: a, operator: equals,
        ${values}
        }, serve: { variant: "on" } }] } } }
`,
    );
    for (const command of ["apply flags.yaml --dry-run", "diff flags.yaml", "apply flags.yaml"]) {
      const { code, err } = await t.run(command, { fetch });
      expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
    }
  });

  test("a document with several parts or a large number", async ({ expect }) => {
    const set = "flags set search -e production -f -";
    expect((await t.run(set, { fetch, input: "a: 1\n---\nb: 1\n" })).err).toContain("contains several documents");
    expect((await t.run(set, { fetch, input: `rules: [${BIG}]` })).err).toContain(`/rules/0 (line 1) ${INEXACT}`);
  });

  test("but large floats are sent, exported and applied again without a change", async ({ expect }) => {
    const args = ["--type", "object", "--variant", 'a={"ratio":1e17}', "--default", "a", "-e", "production"];
    expect((await t.run(["flags", "create", "floats", ...args])).code).toBe(0);
    expect((await t.run("export all.yaml")).code).toBe(0);
    expect((await t.run("diff all.yaml")).code).toBe(0);
    const { out } = await t.run("flags get floats -e production");
    expect((await t.run("flags set floats -e production -f -", { input: out })).code).toBe(0);
    expect((await t.run(["evaluate", "search", "-e", "production", "-a", "ratio=1e17"])).code).toBe(0);
  });
});
