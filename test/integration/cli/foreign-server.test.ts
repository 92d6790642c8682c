import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { parse } from "yaml";
import { type CliTest, startCliTest } from "./harness.ts";

/** Every command that sends something. */
const LINES = [
  "flags list -e production",
  "flags get a -e production",
  "flags create a -e production",
  "flags set a -e production --default on",
  "flags set a -e production --default on --dry-run",
  "flags enable a b -e production",
  "flags delete a -e production",
  "flags delete a --everywhere",
  "segments list -e production",
  "segments get a -e production",
  "segments set a -e production -f segment.yaml",
  "segments delete a -e production",
  "env list",
  "env create a",
  "env delete a --confirm a",
  "keys list -e production",
  "keys create -e production --kind server",
  "keys revoke aB3dE5fG7hI9 -e production",
  "override create -e production --flag a=on",
  "override allow -e production",
  "evaluate a -e production",
  "explain a -e production",
  "audit list -e production",
  "audit restore 1 -e production",
  "cache purge -e production --all",
  "cache warm --every",
  "cache stats -e production",
  "copy --from production --to staging",
  "export",
  "export out.yaml",
  "diff project.yaml",
  "apply project.yaml",
  "apply project.yaml --dry-run",
];

const TYPES = [undefined, "text/html", "text/plain", "application/json", "application/problem+json"];
const BODIES = [
  "",
  "<html>sign in</html>",
  "null",
  "[]",
  "{}",
  "true",
  '"text"',
  '{"items":[]}',
  '{"items":[{}],"nextCursor":null}',
  '{"version":"1","published":{}}',
  '{"environments":[]}',
  '{"cloudflare_error":true,"title":"Error","status":429,"detail":"x","type":"about:blank"}',
  "{",
  '{"title":"x"}',
  '{"errorCode":1}',
];
const PROJECT = "environments: [{ key: production }]\nflags: []\n";

describe("burgee and a server that is not Burgee", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("segment.yaml", "condition: { attribute: a, operator: exists }");
    await t.write("project.yaml", PROJECT);
  });
  afterAll(() => t.close());

  test("every command exits with 5 and no stack trace, whatever the response", async ({ expect }) => {
    const response = fc.record({
      line: fc.constantFrom(...LINES),
      status: fc.constantFrom(
        200,
        201,
        202,
        204,
        206,
        301,
        302,
        307,
        308,
        400,
        401,
        403,
        404,
        409,
        412,
        429,
        500,
        502,
        503,
        521,
      ),
      type: fc.constantFrom(...TYPES),
      body: fc.oneof(fc.constantFrom(...BODIES), fc.json()),
      isJson: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(response, async ({ line, status, type, body, isJson }) => {
        const headers = {
          ...(type === undefined ? {} : { "content-type": type }),
          location: "https://evil.test/login?s=1",
        };
        const origins = new Set<string>();
        const fetch: typeof globalThis.fetch = async (url, init) => {
          origins.add(new URL(new Request(url).url).origin);
          expect(init?.redirect).toBe("manual");
          return new Response([204, 304].includes(status) ? null : body, { status, headers });
        };
        const ran = await t.run(isJson ? `${line} --json` : line, { fetch });
        const shown = `${line}: ${ran.out}${ran.err}`;
        expect(ran.code, shown).toBe(5);
        expect(ran.out, shown).not.toContain("nothing to change");
        expect(ran.err, shown).not.toMatch(/\n\s+at |TypeError|unexpected error/);
        expect([...origins], shown).toEqual(["http://edge.test"]);
      }),
      { numRuns: 1500 },
    );
  });

  test("says which status and type arrived, and where a redirect leads without its query", async ({ expect }) => {
    const html = { headers: { "content-type": "text/html" } };
    const page = await t.run("segments delete x -e production", { fetch: async () => new Response("<html>", html) });
    expect(page.err).toContain("http://edge.test returned status 200, text/html, with a body that is not from Burgee");
    expect(page.err).toContain("the change may have been made");
    const headers = { location: "https://sign-in.test/login?secret=1", "content-type": "text/html" };
    const redirect = await t.run("flags list -e production", {
      fetch: async () => new Response(null, { status: 302, headers }),
    });
    expect(redirect.code).toBe(5);
    expect(redirect.err).toContain("redirects to https://sign-in.test/login (status 302, text/html,)");
    expect(redirect.err).not.toContain("secret");
  });

  test("a response from Burgee with one field of another type is refused, not misread", async ({ expect }) => {
    await t.run("flags create whole -e production");
    for (const line of ["flags list -e production --json", "env list --json", "audit list -e production --json"]) {
      const [item] = (await t.run(line)).json as Record<string, unknown>[];
      for (const name of Object.keys(item ?? {}).filter((one) => !["schemaVersion", "before", "after"].includes(one))) {
        const body = { items: [{ ...item, [name]: { not: "this" } }], nextCursor: null };
        const ran = await t.run(line, { fetch: async () => Response.json(body) });
        expect([ran.code, ran.out], `${line}, ${name}`).toEqual(
          ["variants", "metadata", "default"].includes(name) ? [0, expect.any(String)] : [5, ""],
        );
      }
    }
  });

  test("export writes nothing over an existing file when the response is a sign-in page", async ({ expect }) => {
    await t.write("kept.yaml", PROJECT);
    const ran = await t.run("export kept.yaml", { fetch: async () => new Response("<html>") });
    expect(ran.code).toBe(5);
    expect(parse(await t.read("kept.yaml"))).toEqual(parse(PROJECT));
  });

  test("a key of dots or none is refused before anything is sent, because a URL would drop it", async ({ expect }) => {
    const fetch = () => Promise.reject(new Error("nothing may be sent"));
    for (const key of [".", "..", ""]) {
      for (const args of [
        ["flags", "delete", key, "-e", "production"],
        ["env", "delete", key, "--confirm", key],
        ["flags", "get", "a", "-e", key],
      ]) {
        expect(await t.run(args, { fetch }), args.join(" ")).toMatchObject({ code: 2, out: "" });
      }
    }
  });
});
