import { Redis } from "@upstash/redis/cloudflare";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startUpstashEndpoint, type UpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";

const { TEST_REDIS_URL } = process.env;
const backends = [{ backend: "the embedded Redis", redisUrl: undefined as string | undefined }];
if (TEST_REDIS_URL !== undefined) backends.push({ backend: "Redis", redisUrl: TEST_REDIS_URL });

const SET_IF_NEWER = `
  local c = redis.call('HGET', KEYS[1], 'v')
  if c and tonumber(c) >= tonumber(ARGV[1]) then return 0 end
  redis.call('HSET', KEYS[1], 'v', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`;

describe.each(backends)("the Upstash endpoint over $backend", ({ redisUrl }) => {
  let endpoint: UpstashEndpoint;
  let redis: Redis;

  beforeAll(async () => {
    endpoint = await startUpstashEndpoint(redisUrl === undefined ? {} : { redisUrl });
    redis = new Redis({
      url: endpoint.url,
      token: endpoint.token,
      retry: { retries: 0 },
      automaticDeserialization: false,
      enableAutoPipelining: false,
      enableTelemetry: false,
      signal: () => AbortSignal.timeout(2_000),
    });
  });
  afterAll(async () => {
    await endpoint.command("FLUSHDB");
    await endpoint.close();
  });
  beforeEach(async () => {
    endpoint.setFaults({});
    await endpoint.command("FLUSHDB");
    endpoint.resetStats();
  });

  test("keeps strings as they are: numbers, JSON, unicode, empty, OK", async () => {
    for (const value of ["123", '{"a":1}', "straße 🦄", "", "OK", "T0s="]) {
      expect(await redis.set("k", value)).toBe("OK");
      expect(await redis.get("k")).toBe(value);
      expect(await redis.mget("k", "absent")).toEqual([value, null]);
    }
  });

  test("has hashes with nil for absent fields and keys", async () => {
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

  test("has keys, expiry and counters", async () => {
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

  test("walks all keys by SCAN", async () => {
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

  test("answers errors as Upstash does", async () => {
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

  test("answers base64 and a sync token to a client that asks for it", async () => {
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

  test("runs the rest of a pipeline after an error, and discards a transaction that cannot be queued", async () => {
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

  test("gives Lua false for nil and flat lists, and takes lists back up to the first nil", async () => {
    await redis.hset("h", { a: "1", b: "2" });
    const script = `
      local one = redis.call('HGET', KEYS[1], 'absent')
      local many = redis.call('HMGET', KEYS[1], 'a', 'absent', 'b')
      local all = redis.call('HGETALL', KEYS[1])
      local none = redis.call('HGETALL', 'absent')
      return { tostring(one), tostring(many[2]), many[3], #many, #all, #none, many, ARGV[1], false, 'after false', nil, 'lost' }`;
    expect(await redis.eval(script, ["h"], ["straße 🦄"])).toEqual([
      "false",
      "false",
      "2",
      3,
      4,
      0,
      ["1", null, "2"],
      "straße 🦄",
      null,
      "after false",
    ]);
  });

  test("converts Lua results as Redis does", async () => {
    const run = (script: string) => redis.eval(script, [], []);
    expect(await run("return 3.99")).toBe(3);
    expect(await run("return true")).toBe(1);
    expect(await run("return false")).toBeNull();
    expect(await run("return redis.call('SET', 'k', 'v')")).toBe("OK");
    expect(await run("return redis.call('SET', 'k', 'v').ok")).toBe("OK");
    expect(await run("return tostring(tonumber('42') + 1)")).toBe("43");
    expect(await run("return 'v' .. tonumber('42')")).toBe("v42");
    expect(await run("return redis.status_reply('FINE')")).toBe("FINE");
    expect(await run("return redis.pcall('NONSENSE').err ~= nil")).toBe(1);
    expect(
      await run(
        "local t = {} for w in string.gmatch('a,b', '[^,]+') do table.insert(t, w) end return table.concat(t, '|')",
      ),
    ).toBe("a|b");
    expect(await run("return { string.match('12:ab', '^(%d+):(%a+)$') }")).toEqual(["12", "ab"]);
    expect(await run("return string.format('[%s,%d]', string.sub('hello', 2, 3), 7)")).toBe("[el,7]");
    expect(await run("return { unpack({ 1, 2 }) }")).toEqual([1, 2]);
    await expect(run("return redis.error_reply('MINE no')")).rejects.toThrow("MINE no");
    await expect(run("return redis.call('HGET', 'k', 'f')")).rejects.toThrow("WRONGTYPE");
    await expect(run("return nonsense")).rejects.toThrow("nonexistent global variable 'nonsense'");
    await expect(run("oops = 1")).rejects.toThrow("Attempt to modify a readonly table");
    await expect(run("return +")).rejects.toThrow("ERR Error compiling script");
    await expect(run("local x = nil return x.y")).rejects.toThrow("attempt to index");
  });

  test("has read-only and preloaded scripts", async () => {
    const sha = await redis.scriptLoad(SET_IF_NEWER);
    expect(await redis.evalsha(sha, ["e"], ["5", "60000"])).toBe(1);
    expect(await redis.evalsha(sha, ["e"], ["4", "60000"])).toBe(0);
    expect(await redis.pttl("e")).toBeGreaterThan(50_000);
    expect(await redis.evalRo("return redis.call('HGET', KEYS[1], 'v')", ["e"], [])).toBe("5");
    await expect(redis.evalRo("return redis.call('DEL', KEYS[1])", ["e"], [])).rejects.toThrow(
      "Write commands are not allowed",
    );
    await expect(redis.evalsha("0".repeat(40), [], [])).rejects.toThrow("NOSCRIPT");
    expect(endpoint.stats().byCommand).toMatchObject({ SCRIPT: 1, EVALSHA: 3, EVAL_RO: 2, PTTL: 1 });
  });

  test("runs scripts atomically", async () => {
    const add =
      "local n = tonumber(redis.call('HGET', KEYS[1], 'n') or '0') redis.call('HSET', KEYS[1], 'n', n + 1) return n";
    const seen = await Promise.all(Array.from({ length: 50 }, () => redis.eval(add, ["counter"], [])));
    expect(new Set(seen).size).toBe(50);
    expect(await redis.hget("counter", "n")).toBe("50");
  });

  test("counts commands by name and not helpers", async () => {
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

  test("counts what is under way at once, and which of it is the same", async () => {
    endpoint.resetStats();
    endpoint.setFaults({ latencyMs: 100 });
    await Promise.all([...Array.from({ length: 5 }, () => redis.hmget("h", "x")), redis.hmget("h", "y")]);
    expect(endpoint.stats().underWay).toEqual({ peak: 6, peakAlike: 5, mostAlike: 5, kinds: 2 });
    endpoint.setFaults({});
    for (let i = 0; i < 3; i++) await redis.hmget("h", "y");
    expect(endpoint.stats().underWay).toEqual({ peak: 6, peakAlike: 5, mostAlike: 5, kinds: 2 });
    await expect.poll(() => (endpoint.resetStats(), endpoint.stats().underWay.peak)).toBe(0);
  });

  test("injects faults and heals", async () => {
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

  test("refuses faults that it does not know, in words", async () => {
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
  test("expires keys by the clock that it is given", async () => {
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
