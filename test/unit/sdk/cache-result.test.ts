import { describe, expect, test } from "vitest";
import { getCacheKey } from "../../../sdk/client/cache-key.ts";
import { cacheResult, type CacheResultOptions, type Version } from "../../../sdk/client/cache-result.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** A function that counts its calls, and that a test lets end. */
function slow() {
  const calls: { args: unknown[]; end(value: unknown): void; fail(error: Error): void }[] = [];
  const fn = (...args: (string | number)[]) =>
    new Promise<unknown>((end, fail) => {
      calls.push({ args, end, fail });
    });
  return { calls, fn };
}

function start(options: CacheResultOptions = {}) {
  const clock = new FakeClock();
  const timeout = (ms: number): AbortSignal => {
    const controller = new AbortController();
    void clock.sleep(ms).then(() => controller.abort());
    return controller.signal;
  };
  let count = 0;
  const load = (...args: unknown[]) => `${(count += 1)}: ${args.join()}`;
  const own = { now: clock.now, timeout, keyPrefix: "load", ...options };
  return { clock, own, cached: cacheResult(load, own) };
}

test("a follower whose time ends between two looks at the clock calls the function itself", async () => {
  const { calls, fn } = slow();
  let [time, step] = [0, 0];
  const cached = cacheResult(fn, { keyPrefix: "load", now: () => (time += step) });
  void cached("a");
  await Promise.resolve();
  [time, step] = [9970, 25];
  const followed = cached("a");
  while (calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  calls.at(-1)?.end("second");
  expect([await followed, calls.length]).toEqual(["second", 2]);
});

describe("results", () => {
  test("equal arguments get the result of the first call, and others their own", async () => {
    const { cached } = start();
    expect([await cached("a"), await cached("a"), await cached("b"), await cached()]).toEqual([
      "1: a",
      "1: a",
      "2: b",
      "3: ",
    ]);
  });

  test("a result is forgotten after its time, or if the clock was set back", async () => {
    const { cached, clock } = start({ timeoutSeconds: 60 });
    await cached("a");
    await clock.advance(59_999);
    expect(await cached("a")).toBe("1: a");
    await clock.advance(1);
    expect(await cached("a")).toBe("2: a");
    clock.setBack(1);
    expect(await cached("a")).toBe("3: a");
  });

  test("invalidate forgets the result of its arguments alone, and says whether there was one", async () => {
    const { cached } = start();
    await cached("a");
    await cached("b");
    expect([cached.invalidate("a"), cached.invalidate("a")]).toEqual([true, false]);
    expect([await cached("a"), await cached("b")]).toEqual(["3: a", "2: b"]);
  });

  test("the result that was not used for longest makes room", async () => {
    const { cached } = start({ maxEntries: 2 });
    await cached("a");
    await cached("b");
    await cached("a");
    await cached("c");
    expect([await cached("a"), await cached("b")]).toEqual(["1: a", "4: b"]);
  });

  test("undefined is a result like any other", async () => {
    let count = 0;
    const cached = cacheResult(() => void (count += 1), { keyPrefix: "nothing" });
    expect([await cached(), await cached(), count]).toEqual([undefined, undefined, 1]);
  });
});

describe("calls at the same time", () => {
  test("share one call", async () => {
    const { own } = start();
    const { fn, calls } = slow();
    const cached = cacheResult(fn, own);
    const both = Promise.all([cached("a"), cached("a")]);
    await new Promise(setImmediate);
    calls[0]?.end("A");
    expect([await both, calls.length]).toEqual([["A", "A"], 1]);
  });

  test("get its error, which is not remembered", async () => {
    const { own } = start();
    let count = 0;
    const cached = cacheResult(() => {
      count += 1;
      throw new Error(`failure ${count}`);
    }, own);
    const settled = await Promise.allSettled([cached(), cached()]);
    expect(settled.map((one) => one.status === "rejected" && String(one.reason))).toEqual([
      "Error: failure 1",
      "Error: failure 1",
    ]);
    await expect(cached()).rejects.toThrow("failure 2");
  });

  test("wait ten seconds for a call that does not end, and one of them calls again", async () => {
    const { own, clock } = start();
    const { fn, calls } = slow();
    const cached = cacheResult(fn, own);
    void cached("a");
    await clock.advance(0);
    const others = Promise.all([cached("a"), cached("a")]);
    await clock.advance(9_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    calls[1]?.end("A");
    expect(await others).toEqual(["A", "A"]);
  });

  test("a result that was invalidated on its way is not kept", async () => {
    const { own, clock } = start();
    const { fn, calls } = slow();
    const cached = cacheResult(fn, own);
    const first = cached("a");
    await clock.advance(0);
    expect(cached.invalidate("a")).toBe(true);
    const second = cached("a");
    await clock.advance(0);
    calls[1]?.end("new");
    calls[0]?.end("old");
    expect([await first, await second, await cached("a"), calls.length]).toEqual(["old", "new", "new", 2]);
  });
});

describe("versions", () => {
  test("another version forgets all results, and an unknown one none", async () => {
    let version: Version = 1;
    const { cached } = start({ version: () => version });
    await cached("a");
    version = undefined;
    expect(await cached("a")).toBe("1: a");
    version = 2;
    expect(await cached("a")).toBe("2: a");
    version = 1;
    expect(await cached("a")).toBe("3: a");
  });

  test("a result during whose call the version changes is not kept", async () => {
    let version = 1;
    const { own, clock } = start({ version: () => version });
    const { fn, calls } = slow();
    const cached = cacheResult(fn, own);
    const first = cached("a");
    await clock.advance(0);
    version = 2;
    calls[0]?.end("old");
    expect(await first).toBe("old");
    const second = cached("a");
    await clock.advance(0);
    calls[1]?.end("new");
    expect([await second, await cached("a"), calls.length]).toEqual(["new", "new", 2]);
  });
});

test("a result that saw another version is not kept, even if the version comes back", async () => {
  let version = 42;
  let count = 0;
  const cached = cacheResult(
    () => {
      count += 1;
      // The response of an isolate that is behind.
      if (count === 1) version = 41;
      return count;
    },
    { keyPrefix: "behind", version: () => version },
  );
  expect(await cached()).toBe(1);
  version = 42;
  expect(await cached()).toBe(2);
});

describe("options", () => {
  test.for([
    [{ keyPrefix: "f", timeoutSeconds: 0 }, "timeoutSeconds must be above 0, not 0"],
    [{ keyPrefix: "f", timeoutSeconds: Number.NaN }, "timeoutSeconds must be above 0, not NaN"],
    [{ keyPrefix: "f", maxEntries: 0.5 }, "maxEntries must be a whole number above 0, not 0.5"],
    [{}, "keyPrefix is missing, and the function has no name"],
  ] as const)("%o is refused by name", ([options, message]) => {
    expect(() => cacheResult(() => 1, options)).toThrow(message);
  });
});

describe("cache keys", () => {
  test("contain the prefix and the arguments, whatever the order of their fields", () => {
    expect(getCacheKey("user", 7)).toBe("user:7");
    expect(getCacheKey("page", { b: [1n], a: new Date(5) })).toBe(getCacheKey("page", { a: new Date(5), b: [1n] }));
  });

  test("differ for values that JSON does not tell apart", () => {
    const values = [
      "1",
      1,
      1n,
      true,
      "true",
      null,
      undefined,
      "null",
      Number.NaN,
      [],
      [undefined],
      {},
      { a: undefined },
    ];
    const dates = [new Date(0), "Date(0)", new Date(0).toJSON()];
    const keys = [...values, ...dates].map((value) => getCacheKey("f", value));
    expect(new Set(keys).size).toBe(keys.length);
    expect(getCacheKey("f", "a", "b")).not.toBe(getCacheKey("f", 'a":"b'));
  });

  test.for([
    [new Map(), "argument 1 of f is a Map"],
    [{ at: [() => 1] }, "argument 1 of f.at[0] is a function"],
    [Symbol("s"), "argument 1 of f is a symbol"],
  ] as const)("refuse %s", ([value, message]) => {
    expect(() => getCacheKey("f", value)).toThrow(message);
  });

  test("refuse an object that contains itself", async () => {
    const self: Record<string, unknown> = {};
    self["me"] = self;
    expect(() => getCacheKey("f", self)).toThrow("argument 1 of f.me contains itself");
    await expect(start().cached(self)).rejects.toThrow("argument 1 of load.me contains itself");
  });
});
