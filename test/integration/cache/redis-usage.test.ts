import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { startUpstashEndpoint, type UpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";
import { createRedis } from "../../../src/cache/redis/client.ts";
import { RedisUsage } from "../../../src/cache/redis/usage/redis-usage.ts";
import { USAGE_SCRIPTS } from "../../../src/cache/redis/usage/usage-scripts.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";

const SERVERS: [name: string, url: string | undefined][] = [["the embedded Redis", undefined]];
if (process.env["TEST_REDIS_URL"]) SERVERS.push(["Redis", process.env["TEST_REDIS_URL"]]);

/** The scripts, with room for three different counts and two others. */
const SMALL = {
  ...USAGE_SCRIPTS,
  add: USAGE_SCRIPTS.add.replaceAll("52000", "7").replaceAll("50000", "4"),
};

describe.each(SERVERS)("counts in %s", (_name, redisUrl) => {
  let endpoint: UpstashEndpoint;
  let prefix: string;
  let tests = 0;
  beforeAll(async () => {
    endpoint = await startUpstashEndpoint(redisUrl === undefined ? {} : { redisUrl });
  });
  afterAll(() => endpoint.close());
  beforeEach(() => {
    prefix = `usage-test-${process.pid}-${(tests += 1)}`;
  });

  const open = (scripts = USAGE_SCRIPTS) =>
    new RedisUsage({ redis: createRedis(endpoint.url, endpoint.token, 60_000), prefix, scripts });
  const count = (flag: string, used = 1, key = "k1", variant = "on", rule = "r 1"): CountRow => [
    "prod",
    497_222,
    flag,
    variant,
    rule,
    key,
    0,
    used,
    0,
    1_790_000_000_000 + used,
  ];
  const add = (usage: RedisUsage, sequence: number, counts: CountRow[], isRepeated = false) =>
    usage.add({ sender: "isolate", sequence, isRepeated, counts });

  test("are added with large numbers, and keep the last time", async ({ expect }) => {
    const usage = open();
    await add(usage, 1, [count("a", 3_000_000_000), count("日本/x", 1)]);
    await add(usage, 2, [count("a", 3_000_000_000), count("a", 1, "k1", "", "")]);
    const [held] = await usage.read("prod");
    expect(held?.counts).toEqual([
      ["prod", 497_222, "a", "on", "r 1", "k1", 0, 6_000_000_000, 0, 1_793_000_000_000],
      ["prod", 497_222, "日本/x", "on", "r 1", "k1", 0, 1, 0, 1_790_000_000_001],
      ["prod", 497_222, "a", "", "", "k1", 0, 1, 0, 1_790_000_000_001],
    ]);
    expect(await usage.read("prod", "a")).toMatchObject([{ counts: [{}, {}] }]);
    expect(await usage.read("pro")).toMatchObject([{ counts: [] }]);
  });

  test("of a batch that is sent again are added once", async ({ expect }) => {
    const usage = open();
    for (const isRepeated of [false, true, true]) expect(await add(usage, 1, [count("a")], isRepeated)).toBe(true);
    const [held] = await usage.read("prod");
    expect(held?.counts.map((row) => row[7])).toEqual([1]);
  });

  test("are refused if Redis has lost the record of a repeated batch", async ({ expect }) => {
    const usage = open();
    await add(usage, 1, []);
    await endpoint.command("DEL", `${prefix}:usage:sender:isolate`);
    expect(await add(usage, 2, [count("a")], true)).toBe(false);
    expect(await usage.read("prod")).toEqual([]);
    expect(await add(usage, 3, [count("a")])).toBe(true);
  });

  test("are moved under one id, while others are added under the next", async ({ expect }) => {
    const usage = open();
    await add(usage, 1, [count("a")]);
    const moving = await usage.take();
    await add(usage, 2, [count("b")]);
    expect(await usage.take()).toEqual(moving);
    const held = await usage.read("prod");
    expect(new Set(held.map(({ counts }) => counts[0]?.[2]))).toEqual(new Set(["a", "b"]));
    await usage.deleteMoved("another");
    expect(await usage.take()).toEqual(moving);
    await usage.deleteMoved(moving!.batch);
    const next = await usage.take();
    expect(next?.counts[0]?.[2]).toBe("b");
    expect(next?.batch).not.toBe(moving?.batch);
    await usage.deleteMoved(next!.batch);
    expect(await usage.take()).toBeUndefined();
  });

  test("without room are added to others of their key, and then dropped", async ({ expect }) => {
    const usage = open(SMALL);
    await add(
      usage,
      1,
      ["a", "b", "c", "d", "e", "a"].map((flag) => count(flag)),
    );
    await add(usage, 2, [count("x", 5, "k2"), count("y", 5, "k3"), count("z", 5, "k4"), count("z", 5, "k4")]);
    const held = await usage.take();
    const used = Object.fromEntries(held!.counts.map((row) => [`${row[2]} ${row[5]}`, row[7]]));
    expect(used).toEqual({ "a k1": 2, "b k1": 1, "c k1": 1, "* k1": 2, "* k2": 5, "* k3": 5 });
    expect(held?.dropped).toBe(10);
  });

  test("replace a key of another type, and leave out damaged fields", async ({ expect }) => {
    const usage = open();
    await endpoint.command("SET", `${prefix}:usage`, "a text");
    await endpoint.command("SET", `${prefix}:usage:moving`, "a text");
    expect(await usage.take()).toBeUndefined();
    expect(await usage.read("prod")).toEqual([]);
    await add(usage, 1, [count("a")]);
    const damage = (field: string, text: string) => endpoint.command("HSET", `${prefix}:usage`, field, text);
    await damage("prod b 1 k on\tr", "damaged");
    // Postgres refuses these hours, and the whole batch with them.
    for (const hour of ["", "x", "-1", "1.5", "99999999999"]) await damage(`prod b ${hour} k on\tr`, "1 1 0 0");
    await damage("prod c 1 k on\tr", "0 3 9e99 x");
    const counts = (await usage.read("prod"))[0]?.counts;
    expect(counts?.map(([, , flag]) => flag).toSorted()).toEqual(["a", "c"]);
    expect(counts?.find(([, , flag]) => flag === "c")?.slice(6)).toEqual([0, 3, 0, 0]);
    expect((await usage.take())?.counts).toHaveLength(2);
  });
});
