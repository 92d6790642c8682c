import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody } from "../../management/client.ts";
import { type CliTest, startCliTest } from "../harness.ts";

describe("notes on the command line", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    const flags = Array.from({ length: 60 }, (_, i) => aFlagBody(`many-${i}`));
    await t.call("POST", "/api/v1/environments/production/apply", { flags });
    await t.write("many.yaml", (await t.run("export")).out);
    await t.call("POST", "/api/v1/environments/production/apply", { flags: [], whole: true });
  });
  afterAll(() => t.close());

  test("a large write is one line with its count, name and note", async ({ expect }) => {
    const applied = await t.run(["apply", "many.yaml", "--note", "Übernahme: „alles“"]);
    expect(applied.code, applied.err).toBe(0);
    const { out } = await t.run("audit list -e production --limit 1");
    expect(out).toMatch(
      /^\d+ {2}\S+Z {2}test admin {2}120 changes \(60 flag create, 60 configuration create\) {2}version \d+ {2}“Übernahme: „alles“”; --write \d+ lists them\n$/,
    );
    const [, write] = /--write (\d+)/.exec(out) ?? [];
    expect((await t.run(`audit list -e production --write ${write} --limit 200 --json`)).json).toHaveLength(120);
    const [group] = (await t.run("audit list -e production --limit 1 --writes --json")).json;
    expect(group).toMatchObject({ count: 120, note: "Übernahme: „alles“" });
  });

  test("the list has every filter, and goes on until it has enough entries", async ({ expect }) => {
    await t.run(["flags", "disable", "many-1", "-e", "production", "--note", "PAY-1423"]);
    expect((await t.run("audit list -e production --text pay-1423")).out).toMatch(/many-1 .*“PAY-1423”\n/);
    expect((await t.run("audit list -e production --text pay-1423 --changes --json")).json).toHaveLength(1);
    expect((await t.run("audit list --project --text pay-1423 --writes --json")).json).toHaveLength(1);
    expect((await t.run(["audit", "list", "-e", "production", "--actor", "test admin", "--limit", "1"])).out).toContain(
      "PAY",
    );
    expect((await t.run("audit list -e production --actor nobody")).out).toBe("");
  });

  test("an environment that requires notes refuses a command without one, and says what to do", async ({ expect }) => {
    expect((await t.run("env update production --require-notes")).out).toContain("environment production: updated");
    const refused = await t.run("flags enable many-1 -e production");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('environment "production" requires a note');
    expect(refused.err).toContain('run the command again with --note "why you make this change" (428)');
    expect((await t.run("flags enable many-1 -e production --dry-run")).code).toBe(1);
    expect((await t.run("flags enable many-1 -e production --note because")).code).toBe(0);
    await t.run("flags disable many-3 -e production --note first");
    const apply = await t.run("apply many.yaml");
    expect([apply.code, apply.out + apply.err]).toEqual([1, expect.stringContaining("--note")]);
    expect((await t.run("env update production --no-require-notes --note done")).code).toBe(0);
    expect((await t.run("flags disable many-1 -e production")).code).toBe(0);
    expect((await t.run("env update production")).err).toContain("nothing to change");
  });

  test.for([
    ["x".repeat(501), "it must not exceed 500 characters"],
    [" ", "it must not be empty"],
    ["a\nb", "it must not contain control characters or line breaks"],
  ])("refuses the note %j", async ([note, problem], { expect }) => {
    const { code, err } = await t.run(["flags", "enable", "many-1", "-e", "production", "--note", note ?? ""]);
    expect([code, err]).toEqual([2, expect.stringContaining(problem ?? "")]);
  });
});
