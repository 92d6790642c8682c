import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

/** Returns a problem as Burgee sends it. */
function problem(status: number, more: object = {}, headers: Record<string, string> = {}): Response {
  const body = {
    type: "about:blank",
    title: "Error",
    status,
    detail: `refused with ${status}`,
    requestId: "r1",
    ...more,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

function failsWith(code: string): typeof globalThis.fetch {
  return () => Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("reason"), { code }) }));
}

describe("exit codes of burgee", () => {
  let t: CliTest;
  const change = "flags disable search -e production";
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create search -e production");
  });
  afterAll(() => t.close());

  test.for([
    [409, {}, 1],
    [409, { version: 7 }, 4],
    [409, { detail: "another write changed the same data at the same time; nothing was changed" }, 4],
    [412, { version: 7 }, 4],
    [412, {}, 4],
    [422, {}, 1],
    [403, {}, 1],
    [503, {}, 1],
    [503, { mayHaveHappened: true, detail: "the store did not confirm the change, which may have been made" }, 5],
    [500, {}, 5],
  ] as const)("a change refused with %i and %j exits with %i", async ([status, more, code], { expect }) => {
    const ran = await t.run(change, { fetch: async () => problem(status, more) });
    expect(ran.code).toBe(code);
    expect(ran.err.split("may have been made")).toHaveLength(code === 5 ? 2 : 1);
  });

  test("a read that fails with 500 or 503 says nothing about a change", async ({ expect }) => {
    for (const status of [500, 503]) {
      const ran = await t.run("flags list -e production", { fetch: async () => problem(status) });
      expect([ran.code, ran.err.includes("may have been made")]).toEqual([1, false]);
    }
  });

  test("a network failure names its reason, and whether the change may have been made", async ({ expect }) => {
    for (const [code, reason, isOpen] of [
      ["ENOTFOUND", "this host does not exist (ENOTFOUND)", false],
      ["EAI_AGAIN", "cannot be looked up at the moment (EAI_AGAIN)", false],
      ["ECONNREFUSED", "nothing accepts connections there (ECONNREFUSED)", false],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "its TLS certificate is not trusted", false],
      ["CERT_HAS_EXPIRED", "its TLS certificate is not trusted (CERT_HAS_EXPIRED)", false],
      ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS", false],
      ["ECONNRESET", "the connection was closed", true],
      ["UND_ERR_SOCKET", "the connection was closed", true],
      ["ESOMETHING", "reason (ESOMETHING)", true],
    ] as const) {
      const ran = await t.run(change, { fetch: failsWith(code) });
      expect(ran, code).toMatchObject({ code: 5, out: "", err: expect.stringContaining(reason) });
      expect(ran.err.includes("the change may have been made"), code).toBe(isOpen);
      const read = await t.run("flags list -e production", { fetch: failsWith(code) });
      expect([read.code, read.err.includes("may have been made")], code).toEqual([5, false]);
    }
  });

  test("a real closed port and an unknown host are told apart", async ({ expect }) => {
    const env = { BURGEE_TOKEN: t.project.adminToken };
    const closed = await t.run("env list --url http://127.0.0.1:1025", { env, fetch: globalThis.fetch });
    expect(closed.err).toContain("nothing accepts connections there (ECONNREFUSED)");
  });

  test("waits as long as the deployment says when there are too many writes", async ({ expect }) => {
    const pauses: number[] = [];
    const left = [
      problem(429, { detail: "too many writes" }, { "retry-after": "3" }),
      problem(429, {}, { "retry-after": "4" }),
    ];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const { pathname } = new URL(new Request(url).url);
      return left.shift() ?? (await t.isolate.fetch(pathname, init));
    };
    const ran = await t.run(change, { fetch, onPause: (ms) => pauses.push(ms) });
    expect(ran.code).toBe(0);
    expect(pauses).toEqual([3000, 4000]);
    expect(ran.err).toContain("too many writes; trying again in 3 s");
  });

  test.for([
    ["2", [2000, 2000], "in 2 s or later"],
    ["31", [], "in 31 s or later"],
    ["soon", [1000, 1000], "in 1 s or later"],
    [undefined, [1000, 1000], "in 1 s or later"],
    ["-1", [1000, 1000], "in 1 s or later"],
  ] as const)("gives up with Retry-After %s after bounded waits", async ([after, expected, text], { expect }) => {
    const pauses: number[] = [];
    const headers: Record<string, string> = after === undefined ? {} : { "retry-after": after };
    const ran = await t.run(change, { fetch: async () => problem(429, {}, headers), onPause: (ms) => pauses.push(ms) });
    expect(ran).toMatchObject({ code: 5, err: expect.stringContaining(`run the command again ${text}`) });
    expect(pauses).toEqual(expected);
  });
});
