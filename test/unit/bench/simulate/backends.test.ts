import { describe, it } from "vitest";
import { type Place, placeOf } from "../../../../bench/simulate/backends/cities.ts";
import { SimulatedEdgeCache } from "../../../../bench/simulate/backends/edge-cache.ts";
import { Network, roundTripMs } from "../../../../bench/simulate/backends/network.ts";
import { SimulatedPurgeApi } from "../../../../bench/simulate/backends/purge-api.ts";
import { SimulatedRedis } from "../../../../bench/simulate/backends/redis.ts";
import { NO_LAG, StallingLag } from "../../../../bench/simulate/backends/replica-lag.ts";
import { Engine } from "../../../../bench/simulate/engine/engine.ts";
import { seededRandom } from "../../../../bench/simulate/engine/random.ts";
import { Meter } from "../../../../bench/simulate/judge/meter.ts";
import { loadScripts } from "../../../../src/cache/redis/load-scripts.ts";
import { RedisTier } from "../../../../src/cache/redis/tier.ts";

const [frankfurt, sydney] = [placeOf("Frankfurt"), placeOf("Sydney")];
const life = { hasEnded: false };
const newEngine = () => new Engine({ startAt: 0 });

describe("the simulated network", () => {
  it("has round-trip times like those between real cities", ({ expect }) => {
    expect(roundTripMs(frankfurt, placeOf("London"))).toBeCloseTo(12, -1);
    expect(Math.round(roundTripMs(frankfurt, placeOf("New York")))).toBe(101);
    expect(Math.round(roundTripMs(frankfurt, sydney))).toBe(266);
  });
});

describe("the simulated Redis", () => {
  const open = (engine: Engine, lag = NO_LAG, replicas: Place[] = [sydney]) => {
    const meter = new Meter(0, 1000);
    const network = new Network(seededRandom(1, "network"));
    return { redis: new SimulatedRedis({ engine, network, meter, primary: frankfurt, replicas, lag }), meter };
  };
  const exec = (redis: SimulatedRedis, from: Place, command: string[], timeoutMs = 1000) =>
    redis.client(from, life, timeoutMs).exec<unknown>(command as never);

  it("reads from the nearest replica, which gets each write later", async ({ expect }) => {
    const engine = newEngine();
    const { redis } = open(engine, { visibleAt: (_primary, _replica, writtenAt) => writtenAt + 2000 });
    const read: unknown[] = [];
    const look = async () => {
      const startedAt = engine.now;
      const [local] = (await exec(redis, sydney, ["HMGET", "h", "a"])) as unknown[];
      read.push([local, engine.now - startedAt < 10]);
      read.push(await exec(redis, frankfurt, ["HMGET", "h", "a"]));
    };
    engine.after(0, () => exec(redis, frankfurt, ["HSET", "h", "a", "1"]));
    engine.after(500, look);
    engine.after(3000, look);
    await engine.run(10_000);
    expect(read).toEqual([[null, true], ["1"], ["1", true], ["1"]]);
  });

  it("fails a command whose reply is late, and applies it all the same", async ({ expect }) => {
    const engine = newEngine();
    const { redis, meter } = open(engine);
    let failed: unknown;
    engine.after(0, async () => {
      failed = await exec(redis, sydney, ["HSET", "h", "a", "1"], 150).catch((error: unknown) => [error, engine.now]);
    });
    await engine.run(1000);
    expect(failed).toEqual([expect.objectContaining({ name: "TimeoutError" }), 150]);
    expect([meter.total, meter.failed]).toEqual([1, 1]);
    expect(redis.contents.hashes.get("h")?.fields).toEqual(["a", "1"]);
  });

  it("runs the worker's scripts, and forgets a hash that has expired", async ({ expect }) => {
    // Node would read them from disk in real time.
    await loadScripts();
    const engine = newEngine();
    const { redis } = open(engine);
    const now = () => Math.floor(engine.now);
    const client = redis.client(frankfurt, life, 1000);
    const tier = new RedisTier({ redis: client, prefix: "p", ttlMs: 60_000, now, parseDocument: () => undefined });
    const found: unknown[] = [];
    engine.after(0, () => tier.setMany("e", new Map(), { asOf: 5 }));
    for (const ms of [59_000, 61_000]) engine.after(ms, async () => found.push((await tier.readAll("e"))?.asOf));
    await engine.run(100_000);
    expect(found).toEqual([5, undefined]);
  });

  it("has replicas that are tens of ms behind, and stall for at most the longest stall", ({ expect }) => {
    const network = new Network(seededRandom(1, "network"));
    const lag = new StallingLag({ network, seed: 1, queueMs: 20, stallEveryMs: 100_000, longestStallMs: 1800 });
    const lags = Array.from({ length: 5000 }, (_, i) => lag.visibleAt(frankfurt, sydney, i * 1000) - i * 1000);
    const sorted = lags.toSorted((a, b) => a - b);
    expect(sorted[2500]).toBeGreaterThan(133);
    expect(sorted[2500]).toBeLessThan(200);
    expect(sorted.at(-1)).toBeGreaterThan(1000);
    expect(sorted.at(-1)).toBeLessThan(2200);
  });
});

describe("the simulated purge API", () => {
  const open = (engine: Engine, isLost = () => false) => {
    const arrived: [dataCentre: number, tags: readonly string[], at: number][] = [];
    const api = new SimulatedPurgeApi({
      engine,
      random: seededRandom(1, "purges"),
      meter: new Meter(0, 1000),
      isLost,
      dataCentres: 3,
      onArrival: (dataCentre, tags) => void arrived.push([dataCentre, tags, engine.now]),
    });
    return { api, arrived };
  };
  const body = JSON.stringify({ tags: ["a"] });

  it("reaches every data centre, except with a call that is lost", async ({ expect }) => {
    const engine = newEngine();
    const { api, arrived } = open(engine, () => engine.now > 1000 && engine.now < 6000);
    const send = api.fetchOf(life);
    for (const ms of [0, 2000, 8000]) engine.after(ms, () => send("", { body }));
    await engine.run(20_000);
    expect(arrived.map(([dataCentre]) => dataCentre).toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(arrived.every(([, tags, at]) => tags[0] === "a" && (at < 1000 || at > 8000))).toBe(true);
  });

  it("refuses calls beyond its bucket of 25, which fills by 5 a second", async ({ expect }) => {
    const engine = newEngine();
    const { api } = open(engine);
    const statuses: number[] = [];
    const send = async () => statuses.push((await api.fetchOf(life)("", { body })).status);
    engine.after(0, () => Promise.all(Array.from({ length: 40 }, send)));
    engine.after(10_000, send);
    await engine.run(20_000);
    expect(Map.groupBy(statuses, (status) => status).get(200)).toHaveLength(26);
    expect(statuses.at(-1)).toBe(200);
  });
});

describe("the simulated cache of a data centre", () => {
  const open = (engine: Engine) =>
    new SimulatedEdgeCache({
      engine,
      random: seededRandom(1, "cache"),
      evictedAfterMs: 1e12,
      kindOf: () => "head",
      onMatch: () => undefined,
      onPut: () => undefined,
    });
  const entry = () =>
    new Response('{"a":1}', { headers: { "cache-control": "public, max-age=30", "cache-tag": "x,y" } });

  it("shares entries between isolates until their lifetime ends", async ({ expect }) => {
    const engine = newEngine();
    const cache = open(engine);
    const found: unknown[] = [];
    const look = async () => found.push(await (await (await cache.open(life)()).match("https://c/p/head/e"))?.json());
    engine.after(0, async () => (await cache.open(life)()).put("https://c/p/head/e", entry()));
    for (const ms of [100, 29_000, 31_000]) engine.after(ms, look);
    await engine.run(60_000);
    expect(found).toEqual([{ a: 1 }, { a: 1 }, undefined]);
  });

  it("evicts the entry that was not used for the longest time when it has more than 32", async ({ expect }) => {
    const engine = newEngine();
    const cache = open(engine);
    const url = (number: number) => `https://c/p/head/${number}`;
    const kept: number[] = [];
    const fill = async () => {
      const opened = await cache.open(life)();
      for (let i = 0; i < 32; i++) await opened.put(url(i), entry());
      await opened.match(url(0));
      await opened.put(url(32), entry());
      for (let i = 0; i <= 32; i++) if ((await opened.match(url(i))) !== undefined) kept.push(i);
    };
    engine.after(0, fill);
    await engine.run(1000);
    expect(kept).toEqual(Array.from({ length: 33 }, (_, i) => i).filter((i) => i !== 1));
  });

  it("deletes the entries that have one of the tags", async ({ expect }) => {
    const engine = newEngine();
    const cache = open(engine);
    const found: unknown[] = [];
    const look = async () => found.push(await (await (await cache.open(life)()).match("https://c/p/head/e"))?.text());
    engine.after(0, async () => (await cache.open(life)()).put("https://c/p/head/e", entry()));
    engine.after(100, () => cache.purge(["z"]));
    engine.after(200, look);
    engine.after(300, () => cache.purge(["z", "y"]));
    engine.after(400, look);
    await engine.run(1000);
    expect(found).toEqual(['{"a":1}', undefined]);
  });
});
