import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const FEATURES = {
  features: [
    {
      name: "new/search",
      description: "The search page",
      enabled: true,
      strategies: [
        { name: "flexibleRollout", parameters: { rollout: "50", stickiness: "userId", groupId: "g" }, segments: [1] },
      ],
    },
    { name: "own-strategy", enabled: true, strategies: [{ name: "custom" }] },
  ],
};
const SEGMENTS = {
  segments: [{ id: 1, name: "staff", constraints: [{ contextName: "plan", operator: "IN", values: ["staff"] }] }],
};

describe("burgee import from another system", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("features.json", JSON.stringify(FEATURES));
    await t.write("segments.json", JSON.stringify(SEGMENTS));
  });
  afterAll(() => t.close());

  test("prints the report, and exits with 3 if flags are left out", async ({ expect }) => {
    const { code, out } = await t.run("import unleash features.json segments.json");
    expect(code).toBe(3);
    expect(out).toContain("new/search    flag     exact");
    expect(out).toContain('/features/1/strategies/0/name  "custom" is a strategy of your own code');
    expect(out).toContain("2 flags of unleash: 1 exact, 1 not importable");
  });

  test("writes a project file that validates, and a report", async ({ expect }) => {
    const line = "import unleash features.json segments.json --out flags.yaml --report report.json -e production";
    const { code, json } = await t.run(`${line} --json`);
    expect(code).toBe(3);
    expect(JSON.parse(await t.read("report.json"))).toEqual(json);
    expect((await t.run("validate flags.yaml")).out).toContain("no mistakes in 1 flag and 1 segment of production");
  });

  test("replaces its own file, and never one of another environment or the other way round", async ({ expect }) => {
    const into = (environment: string, out: string) =>
      t.run(`import unleash features.json segments.json ${out} -e ${environment}`);
    expect((await into("production", "--out own.yaml")).code).toBe(3);
    const own = await t.read("own.yaml");
    expect((await into("production", "--out own.yaml")).code).toBe(3);
    const line = "own.yaml is a project file (production) and is not replaced; choose another file";
    for (const [environment, out] of [
      ["staging", "--out own.yaml"],
      ["production", "--report own.yaml"],
    ] as const)
      expect(await into(environment, out)).toMatchObject({ code: 2, err: `burgee: ${line}\n` });
    expect(await t.read("own.yaml")).toBe(own);
  });

  test("passes settings of the program that has the flags now", async ({ expect }) => {
    const fields = { name: "beta", percent: "50.0", superusers: false };
    await t.write("waffle.json", JSON.stringify([{ model: "waffle.flag", fields }]));
    const { code, out } = await t.run("import waffle waffle.json --setting WAFFLE_COOKIE=w_%s");
    expect(code).toBe(0);
    expect(out).toContain("w_beta");
    expect((await t.run("import waffle waffle.json --setting WAFFLE_COOKIE")).err).toContain("name=value");
  });

  test("refuses to prune what the report leaves out, and changes nothing", async ({ expect }) => {
    const line = "import unleash features.json segments.json --apply --prune --out pruned.yaml -e production";
    const { code, err } = await t.run(line);
    expect(code).toBe(2);
    expect(err).toContain("--prune would delete flags and segments that the report leaves out");
    expect(err).toContain("/features/1/strategies/0/name");
    await expect(t.read("pruned.yaml")).rejects.toThrow("ENOENT");
    expect((await t.run("flags list -e production")).out).not.toContain("new/search");
  });

  test("writes nothing with --dry-run", async ({ expect }) => {
    await t.run("import unleash features.json --out dry.yaml --report dry.json --dry-run");
    await expect(t.read("dry.yaml")).rejects.toThrow("ENOENT");
    await expect(t.read("dry.json")).rejects.toThrow("ENOENT");
  });

  test("names the form of another file, and writes and applies nothing", async ({ expect }) => {
    await t.write("export.json", JSON.stringify({ features: [{ name: "f" }], featureStrategies: [] }));
    const { code, out } = await t.run("import unleash export.json --out other.yaml --apply --prune -e production");
    expect(code).toBe(3);
    expect(out).toContain("it is Unleash's export (/api/admin/features-batch/export), and not");
    expect(out).toContain("GET /api/client/features");
    await expect(t.read("other.yaml")).rejects.toThrow("ENOENT");
  });

  test("applies the flags, and users keep their buckets", async ({ expect }) => {
    const { code, err } = await t.run("import unleash features.json segments.json --apply -e production");
    expect(code).toBe(3);
    expect(err).toContain("1 not importable");
    // Unleash gives "g:user-1" the number 5 of 100, and "g:user-6" 82.
    const plan = "staff";
    const values = [];
    for (const targetingKey of ["user-1", "user-6"])
      values.push((await t.evaluate("new%2Fsearch", { targetingKey, plan })).body.value);
    expect(values).toEqual([true, false]);
  });

  test("names the SDKs if --sdk is not one that the system tells apart", async ({ expect }) => {
    const { code, err } = await t.run("import unleash features.json --sdk go");
    expect(code).toBe(2);
    expect(err).toContain("--sdk must be utf-8 or node for unleash, not 'go'");
  });

  test("names the systems if the first word is not one of them", async ({ expect }) => {
    const { code, err } = await t.run("import unlesh features.json");
    expect(code).toBe(2);
    expect(err).toContain("unknown system 'unlesh' (did you mean \"unleash\"?)");
  });
});
