import { beforeEach, describe, test } from "vitest";
import { createCloudflarePurge } from "../../../src/delivery/publish/cloudflare-purge.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PATIENCE_MS = 1000;

describe("purges that share calls", () => {
  let clock: FakeClock;
  let startedAt: number;
  let calls: { at: number; tags: string[] }[];
  let respond: () => Promise<Response>;
  const accept = () => Promise.resolve(Response.json({ success: true }));

  beforeEach(() => {
    clock = new FakeClock();
    startedAt = clock.now();
    calls = [];
    respond = accept;
  });

  const target = () =>
    createCloudflarePurge({
      apiUrl: "https://api.test",
      zoneId: "zone",
      token: "token",
      clock,
      fetch: (_url, init) => {
        const { tags } = JSON.parse(init?.body as string) as { tags: string[] };
        calls.push({ at: clock.now() - startedAt, tags });
        return respond();
      },
    });
  /** Starts a purge. The result becomes "accepted", or the text of its error. */
  const purge = (api: ReturnType<typeof target>, tag: string, patienceMs: number | undefined = PATIENCE_MS) => {
    const one = { result: "pending" };
    void api
      .purge([tag], (promise) => void promise, patienceMs)
      .then(
        () => (one.result = "accepted"),
        (error: unknown) => (one.result = String(error)),
      );
    return one;
  };

  test("a purge after a pause is sent at once", async ({ expect }) => {
    const one = purge(target(), "a");
    await clock.advance(0);
    expect(one.result).toBe("accepted");
    expect(calls).toEqual([{ at: 0, tags: ["a"] }]);
  });

  test("the purges of the next 200 ms share one call, and wait for it", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(50);
    const shared = [purge(api, "b"), purge(api, "c")];
    await clock.advance(100);
    shared.push(purge(api, "b"));
    expect(shared.map(({ result }) => result)).toEqual(["pending", "pending", "pending"]);
    await clock.advance(50);
    expect(shared.map(({ result }) => result)).toEqual(["accepted", "accepted", "accepted"]);
    expect(calls).toEqual([
      { at: 0, tags: ["a"] },
      { at: 200, tags: ["b", "c"] },
    ]);
  });

  test("fifty purges a second need at most five calls a second, with their repeats", async ({ expect }) => {
    const api = target();
    for (let i = 0; i < 500; i++) {
      purge(api, `tag-${i}`);
      await clock.advance(20);
    }
    await clock.advance(10_000);
    const perSecond = Map.groupBy(calls, ({ at }) => Math.floor(at / 1000));
    expect(Math.max(...[...perSecond.values()].map((inSecond) => inSecond.length))).toBeLessThanOrEqual(10);
    const times = calls.filter(({ at }) => at < 2000).map(({ at }) => at);
    expect(times).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]);
    for (let i = 0; i < 500; i++) {
      expect(calls.filter(({ tags }) => tags.includes(`tag-${i}`)).length, `tag-${i}`).toBe(3);
    }
  });

  test("a shared call that fails is a failure for each of its purges, and only for them", async ({ expect }) => {
    const api = target();
    const first = purge(api, "a");
    await clock.advance(10);
    respond = () => Promise.resolve(new Response(null, { status: 403 }));
    const [b, c] = [purge(api, "b"), purge(api, "c")];
    await clock.advance(190);
    expect(first.result).toBe("accepted");
    expect(b.result).toContain("status 403");
    expect(c.result).toContain("status 403");
    respond = accept;
    const next = purge(api, "d");
    await clock.advance(200);
    expect(next.result).toBe("accepted");
  });

  test("a caller without patience, such as the sweep, does not wait for others", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(10);
    const swept: string[] = [];
    void api.purge(["b"], (promise) => void promise).then(() => swept.push("b"));
    await clock.advance(0);
    expect(swept).toEqual(["b"]);
  });

  test("purges wait no longer because the clock was set back", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(0);
    clock.setBack(3_600_000);
    const later = purge(api, "b");
    await clock.advance(0);
    expect(later.result).toBe("accepted");
  });

  test("purges of a request that ends before its shared call are sent with those of the next one", async ({
    expect,
  }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(10);
    // The timers of a request on workerd end with it.
    const alive = clock.sleep.bind(clock);
    clock.sleep = () => new Promise(() => undefined);
    purge(api, "b");
    clock.sleep = alive;
    await clock.advance(1000);
    expect(calls.map(({ tags }) => tags)).toEqual([["a"]]);
    const later = purge(api, "c");
    await clock.advance(0);
    expect(calls.map(({ tags }) => tags)).toEqual([["a"], ["b", "c"]]);
    expect(later.result).toBe("accepted");
  });

  test("a shared call with too many tags purges the environments of its purges, also in repeats", async ({
    expect,
  }) => {
    const api = target();
    const many = (name: string) => Array.from({ length: 60 }, (_, i) => `${name}-${i}`);
    for (const name of ["first", "a", "b"]) void api.purge(many(name), (promise) => void promise, 1000, ["env"]);
    await clock.advance(200);
    expect(calls.map(({ tags }) => tags.length)).toEqual([60, 1]);
    expect(calls[1]?.tags).toEqual(["env"]);
    await clock.advance(2200);
    expect(calls.slice(2).map(({ tags }) => tags.length)).toEqual([60, 1]);
  });

  test("a shared call is split if one of its purges names no wider tags", async ({ expect }) => {
    const api = target();
    const many = (name: string) => Array.from({ length: 60 }, (_, i) => `${name}-${i}`);
    purge(api, "x");
    void api.purge(many("a"), (promise) => void promise, 1000, ["env"]);
    void api.purge(many("b"), (promise) => void promise, 1000);
    await clock.advance(200);
    expect(calls.map(({ tags }) => tags.length)).toEqual([1, 100, 20]);
  });

  test("a repeat that fails does not cancel the next one", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(0);
    respond = () => Promise.reject(new TypeError("the network is down"));
    await clock.advance(2000);
    respond = accept;
    await clock.advance(7000);
    expect(calls.map(({ at }) => at)).toEqual([0, 2000, 8000]);
  });

  test("a repeat that takes long does not delay the next one", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(0);
    respond = () => clock.sleep(4000).then(accept);
    await clock.advance(2000);
    respond = accept;
    await clock.advance(6000);
    expect(calls.map(({ at }) => at)).toEqual([0, 2000, 8000]);
  });

  test("a purge whose shared call never ends makes its own after ten seconds", async ({ expect }) => {
    const api = target();
    purge(api, "a");
    await clock.advance(10);
    respond = () => new Promise<never>(() => undefined);
    const waiting = [purge(api, "b"), purge(api, "c", 60_000)];
    await clock.advance(190);
    expect(calls.at(-1)?.tags).toEqual(["b", "c"]);
    respond = accept;
    await clock.advance(10_000);
    expect(waiting.map(({ result }) => result)).toEqual([expect.stringContaining("within 1000 ms"), "accepted"]);
    expect(calls.filter(({ tags }) => tags.join() === "c")).toHaveLength(1);
  });
});
