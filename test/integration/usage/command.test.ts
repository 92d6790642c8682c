import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../cli/harness.ts";

const HOUR_MS = 3_600_000;

describe("burgee usage", () => {
  let t: CliTest;
  let hour: number;
  beforeAll(async () => {
    t = await startCliTest();
    await t.project.save({ key: "checkout" });
    await t.project.save({ key: "idle" });
    hour = Math.floor(t.clock.now() / HOUR_MS);
    const rows = [
      ["production", hour, "checkout", "on", "", "k1", 2, 30, hour * HOUR_MS, hour * HOUR_MS],
      ["production", hour, "checkout", "off", "beta", "k1", 0, 8, 0, hour * HOUR_MS],
      ["production", hour, "*", "", "", "k1", 0, 5, 0, hour * HOUR_MS],
    ];
    await t.project.backends.neon.query("select add_usage('batch', $1::jsonb)", [JSON.stringify(rows)]);
  });
  afterAll(() => t.close());

  const minute = () => `${new Date(hour * HOUR_MS).toISOString().slice(0, 16)}Z`;

  test("lists the flags that were evaluated, with the evaluations that no flag got", async ({ expect }) => {
    const { code, out } = await t.run("usage -e production");
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ["FLAG", "USED", "REQUESTED", "LAST USED"],
      ["checkout", "38", "2", minute()],
      ["(not counted by flag)", "5", "0"],
    ]);
  });

  test("shows a flag's variants and rules, and its hours or days", async ({ expect }) => {
    const { out } = await t.run("usage checkout -e production --step hour");
    expect(out).toContain(`last used ${minute()}, last requested ${minute()}`);
    expect(out).toMatch(/on +\(default\) +30 +2 +80\.0%/);
    expect(out).toMatch(/off +beta +8 +0 +20\.0%/);
    expect(out).toMatch(new RegExp(`${minute()} +38 +2`));
    expect((await t.run("usage checkout -e production")).out).toMatch(new RegExp(`${minute().slice(0, 10)} +38 +2`));
    expect((await t.run("usage idle -e production")).out).toContain("last used never, last requested never");
  });

  test("prints JSON, and refuses wrong steps and times", async ({ expect }) => {
    const { json } = await t.run("usage checkout -e production --json");
    expect(json).toMatchObject({ flag: "checkout", total: { used: 38, requested: 2 } });
    expect((await t.run("usage -e production --json")).json).toMatchObject({ items: [{ flag: "checkout" }] });
    expect((await t.run("usage -e production --step week")).code).toBe(2);
    const refused = await t.run("usage -e production --from yesterday");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("from")]);
    expect((await t.run("usage nobody -e production")).code).toBe(1);
  });
});
