import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

const IN = "-e production";
const vip = JSON.stringify({
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  default: { variant: "off" },
  rules: [{ id: "invited", when: { segment: "invited" }, serve: { variant: "on" } }],
});

describe("burgee segments add-ids, remove-ids and check-ids", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write(
      "ids.csv",
      '\uFEFFemail,name\r\n ann@acme.com ,Ann\r\n"bob@acme.com",Bob\r\n\r\nann@acme.com,Ann\r\n',
    );
    await t.run(`segments add-ids invited ${IN} --attribute email --file ids.csv --header`);
    await t.run(`flags create vip -f - ${IN}`, { input: vip });
  });
  afterAll(() => t.close());

  const segment = async (key: string) => (await t.call("GET", `/api/v1/environments/production/segments/${key}`)).body;
  const isOn = async (email: string) => (await t.evaluate("vip", { targetingKey: "u", email })).body.value as boolean;

  test("a new segment has a random salt and hashes, and lets the people of the file in", async ({ expect }) => {
    const { condition } = await segment("invited");
    expect(condition).toMatchObject({ attribute: "email", operator: "in", packed: { width: 8 } });
    const salt = condition.read.sha256 as string;
    expect(salt).toMatch(/^[\da-f]{32}$/);
    const prefixes = ["ann@acme.com", "bob@acme.com"].map((id) =>
      createHash("sha256").update(`${id}${salt}`).digest().subarray(0, 8),
    );
    expect(condition.packed.hashes).toBe(Buffer.concat(prefixes.toSorted(Buffer.compare)).toString("base64url"));
    expect(await Promise.all(["ann@acme.com", "bob@acme.com", "email", "Ann"].map(isOn))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("two new segments have different salts", async ({ expect }) => {
    await t.run(`segments add-ids one ${IN} --attribute email ann@acme.com`);
    expect((await segment("one")).condition.read.sha256).not.toBe((await segment("invited")).condition.read.sha256);
  });

  test("no request contains a plain id", async ({ expect }) => {
    const bodies: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      bodies.push(`${new Request(url).url} ${typeof init?.body === "string" ? init.body : ""}`);
      const { pathname } = new URL(new Request(url).url);
      return await t.isolate.fetch(pathname, init);
    };
    await t.run(`segments add-ids secret ${IN} --attribute email zoe@acme.com`, { fetch });
    await t.run(`segments check-ids secret ${IN} zoe@acme.com`, { fetch });
    await t.run(`segments remove-ids secret ${IN} zoe@acme.com`, { fetch });
    expect(bodies.length).toBeGreaterThan(3);
    expect(bodies.join("\n")).not.toContain("zoe");
  });

  test("ids are added, counted and removed", async ({ expect }) => {
    await t.run(`segments add-ids counted ${IN} --attribute id 1 2 3`);
    const added = await t.run(`segments add-ids counted ${IN} 3 4 4 -f -`, { input: "5\n\n 5 \n" });
    expect(added.out).toContain("2 ids added, 1 there already, 2 repeated; 5 hashes now");
    const json = await t.run(`segments remove-ids counted ${IN} 1 9 --json`);
    expect(json.json).toMatchObject({ removed: 1, unchanged: 1, repeated: 0, hashes: 4, version: expect.any(Number) });
    expect(json.out).not.toContain("packed");
    const last = await t.run(`segments remove-ids counted ${IN} 2 3 4 5`);
    expect(last).toMatchObject({ code: 1, err: expect.stringContaining("would be left without ids; delete it") });
  });

  test("ids are checked without a change", async ({ expect }) => {
    const { version } = await segment("invited");
    const checked = await t.run(`segments check-ids invited ${IN} ann@acme.com carl@acme.com --json`);
    expect(checked.json).toEqual([
      { id: "ann@acme.com", found: true },
      { id: "carl@acme.com", found: false },
    ]);
    expect((await t.run(`segments check-ids invited ${IN} ann@acme.com --exit-code`)).code).toBe(0);
    expect((await t.run(`segments check-ids invited ${IN} carl@acme.com --exit-code`)).code).toBe(1);
    expect((await segment("invited")).version).toBe(version);
  });

  test("a dry run says what would change, and changes nothing", async ({ expect }) => {
    const { version } = await segment("invited");
    const dry = await t.run(`segments add-ids invited ${IN} carl@acme.com --dry-run`);
    expect(dry.out, dry.err).toContain("would change: 1 id added; 3 hashes now");
    const created = await t.run(`segments add-ids other ${IN} --attribute email carl@acme.com --dry-run`);
    expect(created.out).toContain("is one of 1 hash");
    expect((await segment("invited")).version).toBe(version);
  });

  test("hashes in values are packed, and the rest of the segment stays", async ({ expect }) => {
    const values = [createHash("sha256").update("ann@acme.comsalty").digest("hex")];
    const listed = { attribute: "email", operator: "in", read: { sha256: "salty" }, values, missing: "unknown" };
    const other = { attribute: "plan", operator: "equals", values: ["pro"] };
    await t.run(`segments set mixed -f - ${IN}`, {
      input: JSON.stringify({ name: "Mixed", description: "d", condition: { any: [other, { not: listed }] } }),
    });
    const ran = await t.run(`segments add-ids mixed ${IN} bob@acme.com`);
    expect(ran.out).toContain("1 id added; 2 hashes now; 1 hashes in values are now packed");
    const { values: _, ...rest } = listed;
    expect(await segment("mixed")).toMatchObject({
      name: "Mixed",
      description: "d",
      condition: { any: [other, { not: { ...rest, packed: { width: 8 } } }] },
    });
    const checked = await t.run(`segments check-ids mixed ${IN} ann@acme.com bob@acme.com --exit-code`);
    expect(checked.code).toBe(0);
  });

  test("an id of another Unicode form is stored as it is, with a remark", async ({ expect }) => {
    const ran = await t.run(["segments", "add-ids", "forms", "-e", "production", "--attribute", "n", "u\u0308", "x"]);
    expect(ran.out).toContain("not in Unicode's form NFC: 1 id;");
    const found = async (id: string) =>
      (await t.run(["segments", "check-ids", "forms", "-e", "production", id, "--json"])).json[0].found as boolean;
    expect(await found("u\u0308")).toBe(true);
    expect(await found("ü")).toBe(false);
  });

  test("5,000 ids of a file are added at once", async ({ expect }) => {
    await t.write("many.txt", Array.from({ length: 5000 }, (_, i) => `user-${i}@example.com`).join("\n"));
    const ran = await t.run(`segments add-ids many ${IN} --attribute email --file many.txt --width 16`);
    expect(ran.out).toContain("5000 ids added; 5000 hashes now");
    expect((await segment("many")).condition.packed.hashes).toHaveLength(Math.ceil((5000 * 16 * 4) / 3));
  });

  test("a change by somebody else in between is not lost", async ({ expect }) => {
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const { pathname } = new URL(new Request(url).url);
      const response = await t.isolate.fetch(pathname, init);
      if ((init?.method ?? "GET") === "GET") await t.call("PATCH", pathname, { description: "changed" });
      return response;
    };
    const ran = await t.run(`segments add-ids one ${IN} bob@acme.com`, { fetch });
    expect(ran.code).toBe(4);
  });

  test.for<[string, number, RegExp, string?]>([
    ["segments add-ids invited", 2, /no ids given; name them, or use --file/],
    ["segments add-ids invited -f -", 2, /- contains no ids/, "\n \n"],
    ["segments add-ids invited -f -", 2, /line 2: the quote of the first column is not closed/, 'a\n"b\n'],
    ["segments add-ids invited -f none.txt", 2, /none.txt does not exist/],
    ["segments add-ids absent a", 1, /does not exist in production; to create it, .*--attribute email/],
    ["segments remove-ids absent a", 1, /does not exist in production/],
    ["segments check-ids absent a", 1, /absent/],
    ["segments add-ids invited a --salt other", 1, /has another salt; leave out --salt/],
    ["segments add-ids invited a --width 9", 1, /stores 8 bytes of each hash/],
    ["segments add-ids invited a --width 7", 2, /from 8 to 32/],
    ["segments add-ids invited a --attribute id", 1, /no hashes of id; it has hashes of email/],
    ["segments add-ids plans a", 1, /no condition with read sha256; add the ids to a segment of their own/],
    ["segments add-ids twice a", 1, /several lists of hashes; choose one with --attribute: a, b/],
    ["segments add-ids cut xy", 1, /fewer than the 3 bytes/],
  ])("%s fails with %i", async ([line, code, message, input], { expect }) => {
    const hashed = { operator: "in", read: { sha256: "s" }, values: ["0".repeat(64)] };
    for (const [key, condition] of Object.entries({
      plans: { attribute: "plan", operator: "in", values: ["pro"] },
      twice: { any: ["a", "b"].map((attribute) => ({ attribute, ...hashed })) },
      cut: { attribute: "a", ...hashed, read: { sha256: "s", first: 3 } },
    }))
      await t.call("PUT", `/api/v1/environments/production/segments/${key}`, { condition });
    const ran = await t.run(`${line} ${IN}`, input === undefined ? {} : { input });
    expect(ran).toMatchObject({ code, err: expect.stringMatching(message) });
  });
});
