import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

const STAFF = "condition: { attribute: email, operator: ends_with, values: ['@shop.example'] }";
const USES_STAFF = `
type: boolean
variants: { "on": true, "off": false }
enabled: true
default: { variant: "off" }
rules: [{ id: staff, when: { segment: staff }, serve: { variant: "on" } }]
`;

/** A command line that does not do what a person wants, and what it prints. */
const WRONG: [line: string, code: number, message: string][] = [
  ["flags set checkout-redesign -e production --default onn --dry-run", 1, "/default"],
  ["flags set checkout-redesign -e production --rollout yes=50,no=50 --dry-run", 1, "(422)"],
  ["flags set checkout-redesign -e production -f {} --dry-run", 2, "does not exist"],
  [
    "flags create checkout-redesign -e production",
    1,
    "flag checkout-redesign already exists in production; `burgee flags set` changes it",
  ],
  ["flags create checkout-redesign -e production --dry-run", 1, "already exists in production"],
  ["override create -e production --flag checkout-redesign=on", 1, "run `burgee override allow -e production` first"],
  [
    "override create -e production --flag checkout-redesign=on --dry-run",
    1,
    "run `burgee override allow -e production` first",
  ],
  ["segments delete staff -e production", 1, 'still used by flag "checkout-redesign"'],
  ["segments delete staff -e production --dry-run", 1, 'still used by flag "checkout-redesign"'],
  ["env create production", 1, "already exists"],
  ["env create production --dry-run", 1, "already exists"],
  ["env delete production --confirm producton", 2, "repeat its key: --confirm production"],
  ["env delete production", 2, "repeat its key: --confirm production"],
  [
    "flags get checkout-redesing -e production",
    1,
    'flag "checkout-redesing" does not exist in environment "production" (did you mean "checkout-redesign"?) (404)',
  ],
  ["flags get CHECKOUT-REDESIGN -e production", 1, '(did you mean "checkout-redesign"?)'],
  [
    "flags get something-else -e production",
    1,
    'flag "something-else" does not exist in environment "production" (404)',
  ],
  ["flags list -e prod", 1, 'environment "prod" does not exist (did you mean "production"?)'],
  ["segments get saff -e production", 1, '(did you mean "staff"?)'],
  [
    "flags delete checkout-redesig --everywhere",
    1,
    'flag "checkout-redesig" does not exist (did you mean "checkout-redesign"?)',
  ],
  ["flags delete nope --everywhere --dry-run", 1, 'flag "nope" does not exist'],
  ["profiles use nobody", 2, "nobody"],
  ["diff x.yaml --format xml", 2, "allowed choices are text, patch, markdown, json"],
  ["nope", 2, "unknown command 'nope'\n"],
  ["cache stats -e production --interval 5", 2, "--interval and --count only apply to --watch"],
  ["cache stats -e production --count 5", 2, "--interval and --count only apply to --watch"],
  ["evaluate checkout-redesign -e production --request country", 2, "is invalid: it must look like country=DE"],
  ["evaluate checkout-redesign -e production --attribute plan", 2, "is invalid: it must look like plan=pro"],
  ["keys create -e production --kind admin", 2, "`burgee tokens create` makes admin tokens"],
  ["keys create -e production --kind owner", 2, "allowed choices are client, server\n"],
  ["help flags sett", 2, "unknown command 'sett' (did you mean \"set\"?)"],
  ["flags list --bogus", 2, "burgee: unknown option '--bogus'"],
  ["export /no/such/dir/x.yaml", 2, "cannot write /no/such/dir/x.yaml"],
  ["export .", 2, "cannot be read"],
];

describe("wrong command lines", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("segments set staff -e production -f -", { input: STAFF });
    await t.run("flags set checkout-redesign -e production -f -", { input: USES_STAFF });
    await t.run("flags create good -e production");
    await t.run("flags create other -e production");
  });
  afterAll(() => t.close());

  test.for(WRONG)("%s exits with %i", async ([line, code, message], { expect }) => {
    const ran = await t.run(line);
    expect(ran.err).toContain(message);
    expect(ran.err).toMatch(/^burgee: /);
    expect(ran.err).not.toMatch(/\n\s+at |error:|""/);
    expect([ran.code, ran.out]).toEqual([code, ""]);
  });

  test.for(WRONG.map(([line, code]): [string, number] => [`${line} --json`, code]))(
    "%s exits with %i and prints one JSON object",
    async ([line, code], { expect }) => {
      const ran = await t.run(line);
      expect(JSON.parse(ran.err)).toMatchObject({ error: { exitCode: code, message: expect.any(String) } });
    },
  );

  test("a missing token is reported by the variable to set, and not in the words of the API", async ({ expect }) => {
    const { code, err } = await t.run("env list", { env: { BURGEE_URL: "http://edge.test" } });
    expect(code).toBe(1);
    expect(err).toMatch(/^burgee: set BURGEE_TOKEN to an admin token of this deployment, or see `burgee profiles/);
    expect(err).not.toMatch(/Authorization|X-API-Key/);
  });

  test("a dry run of a deletion says in one line what would be deleted, and who uses it", async ({ expect }) => {
    expect(await t.run("flags delete good -e production --dry-run")).toMatchObject({
      code: 0,
      out: "would delete flag good from production (boolean, enabled, 0 rules; no other flag uses it)\n",
    });
  });

  test("one unknown key among several does not keep the others from being changed", async ({ expect }) => {
    const ran = await t.run("flags disable good typo other -e production");
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^flag good in production: version \d+.*\nflag other in production: version \d+/);
    expect(ran.err).toContain('burgee: flag typo in production: flag "typo" does not exist');
    const { json, err, code } = await t.run("flags enable good typo other -e production --json");
    expect(json.map((one: { what: string; error?: object }) => [one.what, one.error === undefined])).toEqual([
      ["flag good in production", true],
      ["flag typo in production", false],
      ["flag other in production", true],
    ]);
    expect([code, JSON.parse(err).error.exitCode]).toEqual([1, 1]);
  });

  test("a problem of the deployment ends a command for several keys, and names the rest", async ({ expect }) => {
    let calls = 0;
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (++calls > 1)
        throw new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) });
      const { pathname } = new URL(new Request(url).url);
      return await t.isolate.fetch(pathname, init);
    };
    const ran = await t.run("flags disable good other checkout-redesign -e production", { fetch });
    expect(ran.code).toBe(5);
    expect(ran.out).toMatch(/^flag good in production: version \d+/);
    expect(ran.err).toContain("burgee: flag other in production: http://edge.test cannot be reached");
    expect(ran.err).toContain("burgee: not tried: flag checkout-redesign in production");
    await t.run("flags enable good -e production");
  });

  test("several flags are deleted at once", async ({ expect }) => {
    await t.run("flags create a -e production");
    await t.run("flags create b -e production");
    expect((await t.run("flags rm a b -e production --dry-run")).out.split("\n")).toHaveLength(3);
    expect((await t.run("flags rm a b -e production")).code).toBe(0);
    expect((await t.run("flags ls -e production")).out).not.toMatch(/^[ab] /m);
  });

  test("cache purge warns of a key that no flag has", async ({ expect }) => {
    const ran = await t.run("cache purge -e production --flag good god");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("deleted") });
    expect(ran.err).toBe(
      'burgee: warning: flag "god" does not exist in environment "production" (did you mean "good"?)\n',
    );
  });

  test("help names the command that it was asked about, and unlikely names are not suggested", async ({ expect }) => {
    expect((await t.run("help flags set")).out).toMatch(/^Usage: burgee flags set /);
    expect((await t.run("help")).out).toMatch(/^Usage: burgee /);
    for (const line of ["nope", "toggle", "login"]) expect((await t.run(line)).err).not.toContain("did you mean");
  });

  test("a dry run leaves out the fields that only the deployment sets", async ({ expect }) => {
    const { out } = await t.run("flags get checkout-redesign -e production");
    expect((await t.run("flags set checkout-redesign -e production -f - --dry-run", { input: out })).out).toContain(
      "nothing would change",
    );
    expect(
      (await t.run("flags set checkout-redesign -e production -f - --dry-run", { input: USES_STAFF })).out,
    ).toContain("nothing would change");
  });

  test("evaluate takes several flags, and --exit-code is a condition for shells", async ({ expect }) => {
    await t.run("flags create yes -e production --default on");
    await t.run("flags create hidden -e production");
    expect((await t.run("evaluate yes hidden -e production --json")).json).toMatchObject([
      { flag: "yes", value: true },
      { flag: "hidden", value: false },
    ]);
    expect((await t.run("evaluate yes -e production --exit-code")).code).toBe(0);
    expect((await t.run("evaluate hidden -e production --exit-code")).code).toBe(1);
    expect((await t.run("evaluate yes hidden -e production --exit-code --quiet")).out).toBe("");
  });
});
