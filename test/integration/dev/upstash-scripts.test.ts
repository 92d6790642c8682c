import { expect, test } from "vitest";
import { describeUpstash } from "./upstash.ts";

const SET_IF_NEWER = `
  local c = redis.call('HGET', KEYS[1], 'v')
  if c and tonumber(c) >= tonumber(ARGV[1]) then return 0 end
  redis.call('HSET', KEYS[1], 'v', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`;

describeUpstash("Lua scripts on the Upstash endpoint", (t) => {
  test("pass nil as false and lists flat, and return lists up to the first nil", async () => {
    const { redis } = t;
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

  test("have their results converted like Redis", async () => {
    const { redis } = t;
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

  test("can be read-only and preloaded", async () => {
    const { endpoint, redis } = t;
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

  test("run atomically", async () => {
    const { redis } = t;
    const add =
      "local n = tonumber(redis.call('HGET', KEYS[1], 'n') or '0') redis.call('HSET', KEYS[1], 'n', n + 1) return n";
    const seen = await Promise.all(Array.from({ length: 50 }, () => redis.eval(add, ["counter"], [])));
    expect(new Set(seen).size).toBe(50);
    expect(await redis.hget("counter", "n")).toBe("50");
  });
});
