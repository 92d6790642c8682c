import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

const condition = (plan: string) => ({ attribute: "plan", operator: "equals", values: [plan] });

describe("burgee copy", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("env create staging --name Staging");
    const set = (line: string, document: object) => t.run(`${line} -f -`, { input: JSON.stringify(document) });
    await set("segments set paying -e staging", { condition: condition("pro") });
    await set("segments set big -e staging", { condition: { all: [{ segment: "paying" }, { segment: "old" }] } });
    await set("segments set old -e staging", { condition: condition("pro") });
    await set("segments set big -e staging", { condition: { all: [{ segment: "paying" }, { segment: "old" }] } });
    await set("segments set old -e production", { condition: condition("team") });
    await t.run("flags create search -e staging --default on");
    await t.run("flags create search -e production --default off");
    const rules = [{ id: "big", when: { segment: "big" }, serve: { variant: "on" } }];
    const badge = (await t.run("flags create badge -e staging --json")).json.flag;
    await set("flags set badge -e staging", { ...badge, rules });
    await t.run("flags create only-production -e production --default on");
  });
  afterAll(() => t.close());

  const copy = (more: string) => t.run(`copy --from staging --to production ${more}`.trim());
  const version = async () => (await t.call("GET", "/api/v1/environments/production")).body.version;

  test("shows the changes in a dry run", async ({ expect }) => {
    const before = await version();
    expect((await copy("search --dry-run")).out).toBe(
      [`production at version ${before}: 1 to update`, "  ~ flag search", "      Everyone else: off → on", ""].join(
        "\n",
      ),
    );
    expect((await copy("--dry-run")).out).toContain(
      "kept (only --prune deletes them): segment old, flag only-production",
    );
    expect(await version()).toBe(before);
  });

  test("copies a flag with the segments that the target lacks", async ({ expect }) => {
    const before = await version();
    expect((await copy("badge")).code).toBe(0);
    expect(await version()).toBe(before + 1);
    expect((await t.run("segments list -e production --json")).json.map(({ key }: { key: string }) => key)).toEqual([
      "big",
      "old",
      "paying",
    ]);
    // `old` exists in both environments and stays unchanged, because other flags may use it.
    expect((await t.evaluate("badge", { targetingKey: "u", plan: "pro" })).body.value).toBe(false);
    await copy("badge --with-segments");
    expect((await t.evaluate("badge", { targetingKey: "u", plan: "pro" })).body.value).toBe(true);
    expect((await t.evaluate("search")).body.value).toBe(false);
  });

  test("copies everything, and leaves nothing else with --prune", async ({ expect }) => {
    expect((await copy("")).code).toBe(0);
    expect((await t.evaluate("search")).body.value).toBe(true);
    expect((await t.evaluate("only-production")).status).toBe(200);
    expect((await copy("--prune --json")).json.environments).toMatchObject([
      { environment: "production", state: "applied" },
    ]);
    expect((await t.evaluate("only-production")).status).toBe(404);
    expect((await copy("--prune")).out).toContain("nothing to change");
  });

  test.for([
    ["nobody", "these flags do not exist in staging: nobody"],
    ["search --prune", "do not give keys with it"],
  ])("refuses %s", async ([more = "", message], { expect }) => {
    expect(await copy(more)).toMatchObject({ code: 2, err: expect.stringContaining(message ?? "") });
  });

  test("refuses the same environment as source and target", async ({ expect }) => {
    expect((await t.run("copy --from staging --to staging")).code).toBe(2);
  });
});
