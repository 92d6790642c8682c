import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const STAFF = {
  id: "staff",
  when: { attribute: "role", operator: "equals", values: ["staff"] },
  serve: { variant: "off" },
};

describe("burgee flags serve and rollout", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create gate -e production");
  });
  afterAll(() => t.close());

  const flags = (line: string) => t.run(`flags ${line} -e production`);
  const stored = async (key: string) => (await flags(`get ${key} --json`)).json;
  const create = async (key: string, document: object) => {
    await t.write(`${key}.json`, JSON.stringify({ type: "boolean", variants: { on: true, off: false }, ...document }));
    const ran = await flags(`create ${key} --file ${key}.json`);
    if (ran.code !== 0) throw new Error(ran.err);
  };
  const full = {
    enabled: false,
    offVariant: "off",
    rules: [STAFF],
    prerequisites: [{ flag: "gate", variants: ["on"] }],
    default: {
      rollout: {
        salt: "s",
        weights: [
          ["on", 10_000],
          ["off", 90_000],
        ],
      },
    },
  };
  const variants = async (key: string) => {
    const found: string[] = [];
    for (let user = 0; user < 40; user++)
      found.push((await t.evaluate(key, { targetingKey: `user-${user}`, accountId: `a${user}` })).body.variant);
    return found;
  };

  test("serve gives everyone the variant, and restoring the change brings rules and rollout back", async ({
    expect,
  }) => {
    await create("all", full);
    expect((await t.evaluate("all", { targetingKey: "u", role: "staff" })).body.value).toBe(false);
    const before = await stored("all");
    const dry = await flags("serve all on --dry-run");
    expect(dry.out).toContain("  + Everyone else: on\n");
    expect(dry.out).toContain("removes 1 rule and 1 prerequisite and the rollout;");
    expect(await stored("all")).toEqual(before);
    expect(await flags("serve all on")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^flag all in production: version \d+, published\n {2}removes 1 rule and/),
    });
    const staff = await t.evaluate("all", { targetingKey: "u", role: "staff" });
    expect(staff.body).toMatchObject({ value: true, reason: "STATIC" });
    expect((await t.evaluate("all")).body.value).toBe(true);
    const [{ id }] = (await t.run("audit ls -e production --limit 1 --json")).json;
    expect((await t.run(`audit restore ${id} -e production`)).code).toBe(0);
    const { enabled, rules, prerequisites, default: served } = await stored("all");
    expect({ enabled, rules, prerequisites, default: served }).toEqual({
      enabled: false,
      rules: before.rules,
      prerequisites: before.prerequisites,
      default: before.default,
    });
  });

  test("serve fails in a dry run as the change would", async ({ expect }) => {
    await flags("create refused");
    for (const rest of ["", " --dry-run"]) {
      const { code, err } = await flags(`serve refused none${rest}`);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("is not a variant") });
      expect((await flags(`serve nobody on${rest}`)).code).toBe(1);
      expect((await flags(`serve refused on --if-version 1${rest}`)).code).toBe(4);
    }
    expect((await flags("serve refused on")).out).not.toContain("removes");
  });

  test("a larger percentage only adds users, and a smaller one only removes some", async ({ expect }) => {
    await flags("create grown");
    expect((await flags("rollout grown --to on --percentage 20")).code).toBe(0);
    expect((await stored("grown")).default.rollout).toMatchObject({
      salt: "grown",
      weights: [
        ["on", 20_000],
        ["off", 80_000],
      ],
    });
    const few = await variants("grown");
    await flags("rollout grown --to on --percentage 60%");
    const more = await variants("grown");
    await flags("rollout grown --to off --percentage 70.5");
    expect((await stored("grown")).default.rollout.weights).toEqual([
      ["on", 29_500],
      ["off", 70_500],
    ]);
    const less = await variants("grown");
    const on = (all: string[]) => all.flatMap((variant, user) => (variant === "on" ? [user] : []));
    expect(on(few).length).toBeGreaterThan(0);
    expect(on(more).length).toBeGreaterThan(on(few).length);
    expect(on(more)).toEqual(expect.arrayContaining(on(few)));
    expect(on(more)).toEqual(expect.arrayContaining(on(less)));
    expect(on(less).length).toBeLessThan(on(more).length);
  });

  test("rollout splits by other attributes, and ends a ramp", async ({ expect }) => {
    const ramp = { from: 0, to: 100_000, startAt: "2030-01-01T00:00:00Z", endAt: "2030-01-08T00:00:00Z" };
    await create("ramped", {
      enabled: true,
      default: { rollout: { salt: "s", weights: [["on", 100_000]], ramp } },
      offVariant: "off",
    });
    expect((await flags("rollout ramped --to on --percentage 25 --by accountId")).code).toBe(0);
    expect((await stored("ramped")).default.rollout).toEqual({
      by: ["accountId"],
      salt: "s",
      hash: "murmur3-mulshift",
      weights: [
        ["on", 25_000],
        ["off", 75_000],
      ],
    });
  });

  test("rollout says which parts of the flag come first", async ({ expect }) => {
    await create("ruled", { ...full, enabled: true });
    expect((await flags("rollout ruled --to on --percentage 30 --dry-run")).out).toContain(
      "evaluated before the rollout: 1 rule and 1 prerequisite\n",
    );
    await flags("disable ruled");
    expect((await flags("rollout ruled --to on --percentage 30")).out).toContain("`burgee flags enable ruled`");
  });

  test("rollout asks for the variant of the other users if several are possible", async ({ expect }) => {
    const sizes = ["create sizes --type integer --variant small=1 medium=2 large=3", "--rollout small=50,medium=50"];
    await flags(sizes.join(" "));
    expect(await flags("rollout sizes --to large --percentage 10")).toMatchObject({
      code: 2,
      err: expect.stringContaining("split between small, medium; choose one with --rest"),
    });
    expect((await flags("rollout sizes --to large --percentage 10 --rest small")).code).toBe(0);
    expect((await stored("sizes")).default.rollout.weights).toEqual([
      ["large", 10_000],
      ["small", 90_000],
    ]);
    await flags("serve sizes large");
    expect(await flags("rollout sizes --to large --percentage 10")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--rest (small, medium)"),
    });
  });

  test.for([
    ["--to huge --percentage 10", "has no variant huge (variants: on, off)"],
    ["--to on --percentage 10 --rest on", "another variant than --to"],
    ["--to on --percentage 101", "from 0 to 100"],
    ["--to on --percentage 10.0001", "from 0 to 100"],
    ["--to on", "--percentage"],
    ["--percentage 10", "--to"],
  ] as const)("refuses rollout %s", async ([line, message], { expect }) => {
    await t.run("flags create strict -e production --rollout on=50,off=50");
    expect(await flags(`rollout strict ${line}`)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test("rollout changes the shares of a sample, which has no buckets", async ({ expect }) => {
    await flags("create sampled --kind sample --rollout on=5,off=95");
    expect((await flags("rollout sampled --to on --percentage 10")).code).toBe(0);
    expect((await stored("sampled")).default.draw.weights).toEqual([
      ["on", 10_000],
      ["off", 90_000],
    ]);
    const by = await flags("rollout sampled --to on --percentage 10 --by accountId");
    expect(by).toMatchObject({ code: 2, err: expect.stringContaining("--by has no effect") });
  });

  test("rollout exits with 4 if the flag is not at the given version", async ({ expect }) => {
    await flags("create late");
    expect((await flags("rollout late --to on --percentage 10 --if-version 1")).code).toBe(4);
  });
});
