import { Redis } from "@upstash/redis/cloudflare";
import { describe, expect, test } from "vitest";
import { startUpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";
import { describeUpstash } from "./upstash.ts";

describeUpstash("the Upstash endpoint", (t) => {
  test("returns strings unchanged: numbers, JSON, Unicode, empty, OK", async () => {
    const { redis } = t;
    for (const value of ["123", '{"a":1}', "straße 🦄", "", "OK", "T0s="]) {
      expect(await redis.set("k", value)).toBe("OK");
      expect(await redis.get("k")).toBe(value);
      expect(await redis.mget("k", "absent")).toEqual([value, null]);
    }
  });

  test("returns nil for missing fields and keys of hashes", async () => {
    const { redis } = t;
    expect(await redis.hset("h", { a: "1", b: "two" })).toBe(2);
    expect(await redis.hset("h", { b: "2", c: "3" })).toBe(1);
    expect(await redis.hget("h", "a")).toBe("1");
    expect(await redis.hget("h", "absent")).toBeNull();
    expect(await redis.hmget("h", "a", "absent")).toEqual(["1", null]);
    expect(await redis.hmget("absent", "a")).toEqual([null]);
    expect(await redis.hgetall("h")).toEqual(["a", "1", "b", "2", "c", "3"]);
    expect(await redis.hgetall("absent")).toEqual([]);
    expect(await redis.hlen("h")).toBe(3);
    expect((await redis.hkeys("h")).toSorted()).toEqual(["a", "b", "c"]);
    expect(await redis.hdel("h", "a", "b", "absent")).toBe(2);
    expect(await redis.hdel("h", "c")).toBe(1);
    expect(await redis.exists("h")).toBe(0);
  });

  test("supports keys, expiry and counters", async () => {
    const { endpoint, redis } = t;
    expect(await redis.set("a:1", "x", { ex: 100, nx: true })).toBe("OK");
    expect(await redis.set("a:1", "y", { nx: true })).toBeNull();
    expect(await redis.set("a:2", "y", { px: 5_000 })).toBe("OK");
    expect(await redis.incr("n")).toBe(1);
    expect(await redis.incr("n")).toBe(2);
    expect(await redis.ttl("a:1")).toBe(100);
    expect(await redis.pttl("a:2")).toBeGreaterThan(4_000);
    expect(await redis.ttl("n")).toBe(-1);
    expect(await redis.ttl("absent")).toBe(-2);
    expect(await redis.expire("n", 7)).toBe(1);
    expect(await redis.ttl("n")).toBe(7);
    expect(await redis.pexpire("absent", 7)).toBe(0);
    expect((await redis.keys("a:*")).toSorted()).toEqual(["a:1", "a:2"]);
    expect(await redis.keys("a:[^1]")).toEqual(["a:2"]);
    expect(await redis.dbsize()).toBe(3);
    expect(await redis.unlink("a:1", "absent")).toBe(1);
    expect(await redis.del("a:2", "n")).toBe(2);
    expect(await redis.ping()).toBe("PONG");
    expect(await endpoint.command("INFO")).toContain("redis_version:");
    expect(await redis.flushall()).toBe("OK");
    expect(await redis.dbsize()).toBe(0);
  });

  test("walks all keys with SCAN", async () => {
    const { redis } = t;
    await Promise.all(Array.from({ length: 57 }, (_, i) => redis.set(`scan:${i}`, "x")));
    await redis.set("other", "x");
    const seen = new Set<string>();
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, { match: "scan:*", count: 10 });
      for (const key of keys) seen.add(key);
      cursor = next;
    } while (cursor !== "0");
    expect(seen.size).toBe(57);
  });

  test("returns errors like Upstash", async () => {
    const { endpoint, redis } = t;
    await redis.set("text", "x");
    await expect(redis.hget("text", "f")).rejects.toThrow(
      "WRONGTYPE Operation against a key holding the wrong kind of value",
    );
    await expect(redis.exec(["NONSENSE", "a"])).rejects.toThrow("ERR unknown command 'NONSENSE'");
    await expect(redis.exec(["HGET", "a"])).rejects.toThrow("ERR wrong number of arguments for 'hget' command");
    await expect(redis.incr("text")).rejects.toThrow("ERR value is not an integer or out of range");
    const post = async (path: string, body: string, token = endpoint.token) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(endpoint.url + path, { method: "POST", headers, body });
      return { status: response.status, body: await response.json() };
    };
    expect(await post("/", '["GET"]')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("ERR wrong") },
    });
    expect(await post("/", "nonsense")).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("JSON") },
    });
    expect(await post("/pipeline", "{}")).toMatchObject({ status: 400 });
    expect(await post("/", '["SET","k","v"]')).toEqual({ status: 200, body: { result: "OK" } });
    expect(await post("/get/k", "")).toEqual({ status: 200, body: { result: "v" } });
    for (const path of ["/", "/pipeline", "/multi-exec", "/get/k"]) {
      expect(await post(path, "[]", "wrong")).toEqual({
        status: 401,
        body: { error: "WRONGPASS invalid or missing auth token" },
      });
    }
    expect(endpoint.stats()).toMatchObject({ unauthorized: 4 });
  });

  test("returns base64 and a sync token to a client that asks for base64", async () => {
    const { endpoint } = t;
    const headers = { authorization: `Bearer ${endpoint.token}`, "upstash-encoding": "base64" };
    const post = async (path: string, body: unknown) => {
      const response = await fetch(endpoint.url + path, { method: "POST", headers, body: JSON.stringify(body) });
      return { token: response.headers.get("upstash-sync-token"), body: await response.json() };
    };
    const first = await post("/", ["SET", "k", "v"]);
    const second = await post("/", ["GET", "k"]);
    expect(first.body).toEqual({ result: "OK" });
    expect(second.body).toEqual({ result: "dg==" });
    expect(first.token).not.toBeNull();
    expect(second.token).not.toBe(first.token);
    expect((await post("/pipeline", [["MGET", "k", "absent"], ["INCR", "n"], ["NONSENSE"]])).body).toEqual([
      { result: ["dg==", null] },
      { result: 1 },
      { error: expect.stringContaining("ERR unknown command") },
    ]);
  });

  test("runs a pipeline on after an error and discards a transaction with an unknown command", async () => {
    const { endpoint, redis } = t;
    const pipeline = redis.pipeline().set("p", "x").hget("p", "f").get("p");
    expect(await pipeline.exec({ keepErrors: true })).toMatchObject([
      { result: "OK" },
      { error: expect.stringContaining("WRONGTYPE") },
      { result: "x" },
    ]);
    expect(await redis.multi().set("m", "1").incr("m").exec()).toEqual(["OK", 2]);
    const headers = { authorization: `Bearer ${endpoint.token}` };
    const body = JSON.stringify([["SET", "m", "9"], ["NONSENSE"]]);
    const discarded = await fetch(`${endpoint.url}/multi-exec`, { method: "POST", headers, body });
    expect(discarded.status).toBe(400);
    expect(await discarded.json()).toEqual({ error: expect.stringContaining("EXECABORT") });
    expect(await redis.get("m")).toBe("2");
    expect(endpoint.stats()).toMatchObject({ pipelines: 1, transactions: 2 });
  });

  test("counts commands by name, but not those of helpers", async () => {
    const { endpoint, redis } = t;
    await redis.pipeline().set("a", "1").get("a").get("b").exec();
    await redis.hmget("h", "x");
    await endpoint.command("GET", "a");
    expect(await (await fetch(`${endpoint.url}/__stats`)).json()).toEqual({
      requests: 2,
      faulted: 0,
      unauthorized: 0,
      commands: 4,
      pipelines: 1,
      transactions: 0,
      errors: 0,
      byCommand: { SET: 1, GET: 2, HMGET: 1 },
      underWay: { peak: 1, peakAlike: 1, mostAlike: 1, kinds: 2 },
    });
    await fetch(`${endpoint.url}/__stats/reset`, { method: "POST" });
    expect(endpoint.stats()).toMatchObject({ requests: 0, commands: 0, byCommand: {} });
  });

  test("counts concurrent requests and which of them are alike", async () => {
    const { endpoint, redis } = t;
    endpoint.resetStats();
    endpoint.setFaults({ latencyMs: 100 });
    await Promise.all([...Array.from({ length: 5 }, () => redis.hmget("h", "x")), redis.hmget("h", "y")]);
    expect(endpoint.stats().underWay).toEqual({ peak: 6, peakAlike: 5, mostAlike: 5, kinds: 2 });
    endpoint.setFaults({});
    for (let i = 0; i < 3; i++) await redis.hmget("h", "y");
    expect(endpoint.stats().underWay).toEqual({ peak: 6, peakAlike: 5, mostAlike: 5, kinds: 2 });
    await expect.poll(() => (endpoint.resetStats(), endpoint.stats().underWay.peak)).toBe(0);
  });

  test("injects faults and removes them", async () => {
    const { endpoint, redis } = t;
    endpoint.setFaults({ down: true });
    await expect(redis.set("k", "1")).rejects.toThrow("fetch failed");
    endpoint.setFaults({ errorRate: 1 });
    await expect(redis.set("k", "1")).rejects.toThrow("ERR injected fault");
    expect(await endpoint.command("GET", "k")).toBeNull();
    endpoint.setFaults({ dropAfterApply: true });
    await expect(redis.set("k", "1")).rejects.toThrow("fetch failed");
    expect(await endpoint.command("GET", "k")).toBe("1");
    endpoint.setFaults({ latencyMs: 80 });
    const started = performance.now();
    await redis.get("k");
    expect(performance.now() - started).toBeGreaterThan(75);
    endpoint.setFaults({ hang: true });
    const controller = new AbortController();
    const signal = () => controller.signal;
    const patient = new Redis({ url: endpoint.url, token: endpoint.token, retry: { retries: 0 }, signal });
    const hung = expect(patient.get("k")).rejects.toThrow("aborted");
    await expect.poll(() => endpoint.stats().faulted).toBe(4);
    controller.abort();
    await hung;
    endpoint.setFaults({});
    expect(await redis.get("k")).toBe("1");
    expect(endpoint.stats()).toMatchObject({ requests: 6, faulted: 4, commands: 3 });
  });

  test("refuses unknown faults with a message", async () => {
    const { endpoint } = t;
    const post = async (body: string) => {
      const response = await fetch(`${endpoint.url}/__faults`, { method: "POST", body });
      return { status: response.status, body: await response.json() };
    };
    expect(await post('{"latency":3}')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('unknown fault "latency"') },
    });
    expect(await post('{"errorRate":2}')).toMatchObject({
      status: 400,
      body: { error: '"errorRate" must be a number from 0 to 1' },
    });
    expect(await post("[]")).toMatchObject({ status: 400 });
    expect(await post("{")).toMatchObject({ status: 400 });
    expect(await post('{"latencyMs":0}')).toMatchObject({ status: 200 });
  });
});

describe("the embedded Redis", () => {
  test("uses the given clock for expiry", async () => {
    let now = 1_000_000;
    const endpoint = await startUpstashEndpoint({ now: () => now });
    await endpoint.command("HSET", "h", "f", "v");
    await endpoint.command("PEXPIRE", "h", 500);
    await endpoint.command("SET", "k", "v", "EX", 1);
    now += 499;
    expect(await endpoint.command("PTTL", "h")).toBe(1);
    now += 1;
    expect(await endpoint.command("EXISTS", "h", "k")).toBe(1);
    expect(await endpoint.command("HGETALL", "h")).toEqual([]);
    now += 500;
    expect(await endpoint.command("DBSIZE")).toBe(0);
    await endpoint.close();
  });
});
