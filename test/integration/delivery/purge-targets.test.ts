import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { createCloudflarePurge } from "../../../src/delivery/publish/cloudflare-purge.ts";
import { flagTag, tagsOf } from "../../../src/delivery/publish/purge-targets.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("purge by tag", () => {
  let endpoint: PurgeEndpoint;
  let clock: FakeClock;
  const zoneId = "0123456789abcdef0123456789abcdef";

  beforeAll(async () => {
    endpoint = await startPurgeEndpoint();
  });
  afterAll(() => endpoint.close());
  beforeEach(() => {
    clock = new FakeClock();
    endpoint.resetStats();
    endpoint.setFaults({});
  });

  /** Purges, and moves the clock while the endpoint responds. */
  const purge = async (
    tags: string[],
    token = endpoint.token,
  ): Promise<{ error: unknown; callsAtReturn: number; callsInAll: number }> => {
    const target = createCloudflarePurge({ apiUrl: `${endpoint.url}/client/v4`, zoneId, token, clock, fetch });
    const before = endpoint.calls().length;
    const repeats: Promise<unknown>[] = [];
    let isDone = false;
    const response = target
      .purge(tags, (promise) => void repeats.push(promise))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    const error = await running(response);
    const callsAtReturn = endpoint.calls().length - before;
    void Promise.all(repeats).then(() => (isDone = true));
    while (!isDone) await running(Promise.resolve());
    return { error, callsAtReturn, callsInAll: endpoint.calls().length - before };
  };

  async function running<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => (isSettled = true));
    do {
      await new Promise((resolve) => setTimeout(resolve, 5));
      // The first repeat comes after more than a second, so only the purge itself counts until then.
      if (!isSettled) await clock.advance(500);
    } while (!isSettled);
    await clock.advance(500);
    return watched;
  }

  test("deletes the tags at once and again after 2 s and 8 s, because a purge can miss an entry", async ({
    expect,
  }) => {
    const { error, callsInAll } = await purge(["a", "b"]);
    expect(error).toBeUndefined();
    expect(callsInAll).toBe(3);
    expect(endpoint.calls().at(-1)?.tags).toEqual(["a", "b"]);
  });

  test("sends at most 100 tags in one call", async ({ expect }) => {
    const tags = Array.from({ length: 250 }, (_, i) => `tag-${i}`);
    expect((await purge(tags)).callsInAll).toBe(9);
    expect(endpoint.stats().refused).toBe(0);
  });

  test("waits as long as a 429 says and tries again", async ({ expect }) => {
    endpoint.rateLimitNext(2, 1);
    const { error } = await purge(["a"]);
    expect(error).toBeUndefined();
    expect(endpoint.stats()).toMatchObject({ rateLimited: 2, purges: 3 });
  });

  test("gives up after four attempts, so that the sweep does it later", async ({ expect }) => {
    endpoint.rateLimitNext(100, 1);
    expect((await purge(["a"])).error).toBeInstanceOf(Error);
    endpoint.rateLimitNext(0);
  });

  test("gives up on an API that hangs, and does not try again", async ({ expect }) => {
    endpoint.setFaults({ hang: true });
    const options = { apiUrl: `${endpoint.url}/client/v4`, zoneId, token: endpoint.token, clock, fetch };
    const target = createCloudflarePurge({ ...options, timeoutMs: 50 });
    const behind: Promise<unknown>[] = [];
    await expect(target.purge(["a"], (promise) => void behind.push(promise))).rejects.toThrow(/timeout/i);
    await Promise.all(behind);
    expect(endpoint.stats().requests).toBe(1);
  });

  test("a caller without patience returns during the back-off, and the purge still happens", async ({ expect }) => {
    endpoint.rateLimitNext(1, 3);
    const target = createCloudflarePurge({
      apiUrl: `${endpoint.url}/client/v4`,
      zoneId,
      token: endpoint.token,
      clock,
      fetch,
    });
    const behind: Promise<unknown>[] = [];
    const response = target
      .purge(["a"], (promise) => void behind.push(promise), 1000)
      .then(
        () => "taken",
        (error: unknown) => String(error),
      );
    while (endpoint.stats().rateLimited === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(1000);
    expect(await response).toContain("within 1000 ms");
    expect(endpoint.stats()).toMatchObject({ requests: 1, purges: 0 });
    let isDone = false;
    void Promise.all(behind).then(() => (isDone = true));
    while (!isDone) await running(Promise.resolve());
    expect(endpoint.stats().purges).toBe(3);
  });

  /** Responses with a status of success that do not say that the purge was accepted. */
  const NOT_ACCEPTED: [name: string, body: string | null, type: string][] = [
    ["success: false", JSON.stringify({ success: false, errors: [{ code: 1107, message: "token t0k3n" }] }), "json"],
    ["a page of HTML", "<!doctype html><title>Sign in</title>", "html"],
    ["an empty body", null, "json"],
    ["an empty object", "{}", "json"],
    ["null", "null", "json"],
    ["a list", "[true]", "json"],
    ["success as text", '{"success":"true"}', "json"],
    ["JSON that is cut off", '{"success":true', "json"],
  ];
  test.for(NOT_ACCEPTED)("a 200 with %s is a failure, and its text is not in the error", async ([, body, type], t) => {
    let calls = 0;
    const respond = () => {
      calls += 1;
      return Promise.resolve(new Response(body, { headers: { "content-type": `text/${type}` } }));
    };
    const target = createCloudflarePurge({ apiUrl: "https://api.test", zoneId, token: "t0k3n", clock, fetch: respond });
    const error: unknown = await target.purge(["a"], () => undefined).catch((error_: unknown) => error_);
    t.expect(String(error)).toMatch(/status 200 but without "success": true/);
    t.expect(String(error)).not.toMatch(/t0k3n|<|Sign in/);
    t.expect(calls).toBe(1);
  });

  test("a failure with 200 names the API's error codes", async ({ expect }) => {
    const body = { success: false, errors: [{ code: 1107 }, { code: 10000 }, null, {}] };
    const send = () => Promise.resolve(Response.json(body));
    const target = createCloudflarePurge({ apiUrl: "https://api.test", zoneId, token: "t", clock, fetch: send });
    await expect(target.purge(["a"], () => undefined)).rejects.toThrow("(error 1107, 10000)");
  });

  test("a redirect is a failure, and the token does not follow it", async ({ expect }) => {
    const seen: (RequestInit | undefined)[] = [];
    const send: typeof fetch = (_url, init) => {
      seen.push(init);
      return Promise.resolve(new Response(null, { status: 302, headers: { location: "https://elsewhere.test" } }));
    };
    const target = createCloudflarePurge({ apiUrl: "https://api.test", zoneId, token: "t", clock, fetch: send });
    await expect(target.purge(["a"], () => undefined)).rejects.toThrow("status 302");
    expect(seen.map((init) => init?.redirect)).toEqual(["manual"]);
  });

  test("a refused token is an error at once", async ({ expect }) => {
    const { error } = await purge(["a"], "wrong");
    expect(String(error)).toContain("403");
  });
});

describe("the tags of a change", () => {
  test("name the head, the bulk responses and each flag", ({ expect }) => {
    expect(tagsOf("burgee", "production", [[7, ["a", "b"]]])).toEqual([
      "burgee:head:production",
      "burgee:flag_endpoint:production",
      flagTag("burgee", "production", "a"),
      flagTag("burgee", "production", "b"),
    ]);
  });

  test("tell keys apart that Cloudflare would not, and consist of plain ASCII", ({ expect }) => {
    const keys = [
      "checkout",
      "Checkout",
      "CHECKOUT",
      "a,b",
      "a b",
      "a",
      "b",
      "é",
      "e\u0301",
      "旗",
      "x".repeat(128),
      "@keys",
    ];
    const tags = keys.map((key) => flagTag("burgee", "production", key));
    expect(new Set(tags.map((tag) => tag.toLowerCase())).size).toBe(keys.length);
    for (const tag of tags) expect(tag).toMatch(/^burgee:flag_endpoint:production:[0-9a-f]{8}$/);
  });

  test("are the environment's single tag if everything or very much changed", ({ expect }) => {
    const many = Array.from({ length: 150 }, (_, i) => `flag-${i}`);
    expect(tagsOf("burgee", "production", [[7, "*"]])).toEqual(["burgee:env:production"]);
    expect(tagsOf("burgee", "production", [[7, many]])).toEqual(["burgee:env:production"]);
  });
});
