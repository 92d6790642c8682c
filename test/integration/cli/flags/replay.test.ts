import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

describe("burgee explain and evaluate in the past and the future", () => {
  let t: CliTest;
  let version: number;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run(["flags", "create", "search", "-e", "production", "--default", "on", "--note", "PAY-1"]);
    await t.run(["flags", "enable", "search", "-e", "production"]);
    version = (await t.run("env list --json")).json.find(({ key }: { key: string }) => key === "production").version;
    await t.run(["flags", "set", "search", "-e", "production", "--default", "off", "--note", "PAY-2: too slow"]);
  });
  afterAll(() => t.close());

  test("a version shows the change in force and the result of today", async ({ expect }) => {
    const { code, out, err } = await t.run(`evaluate search -e production -t u --at-version ${version}`);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^VALUE +VARIANT +REASON\ntrue +on +STATIC\n/);
    expect(out).toMatch(new RegExp(`\\nat \\S+Z: version ${version}, made at \\S+Z\\n`));
    expect(out).toMatch(/in force: change \d+ by test admin \(\S+Z\): \w+ configuration search/);
    expect(out).toContain("today: false off STATIC\n");
    const explained = await t.run(`explain search -e production -t u --at-version ${version + 1}`);
    expect(explained.out).toContain("configuration search “PAY-2: too slow”");
    expect(explained.out).toContain("today: the same\n");
    const { json } = await t.run(`evaluate search -e production --at-version ${version} --json`);
    expect(json).toMatchObject({ value: true, version, replay: { today: { isSame: false } } });
  });

  test("a future instant is accepted, and one before the audit is refused with the first one", async ({ expect }) => {
    expect((await t.run("evaluate search -e production -t u --at 2040-01-01")).out).toContain("today: the same");
    const early = await t.run("explain search -e production --at 2001-01-01");
    expect(early.code).toBe(1);
    expect(early.err).toMatch(/the first state that can be replayed is version \d+, made at \S+Z \(410\)/);
    expect((await t.run("explain search -e production --at soon")).err).toContain("must be an instant like");
    expect((await t.run(`explain search -e production --at 2040-01-01 --at-version ${version}`)).code).toBe(2);
    expect((await t.run("explain search -e production --at-version 0")).code).toBe(2);
  });
});
