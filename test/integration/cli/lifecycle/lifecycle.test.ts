import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

describe("the life of a flag on the command line", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  const create = (key: string, more = "") => t.run(`flags create ${key} -e production${more}`);

  test("flags are archived, listed and restored", async ({ expect }) => {
    await create("banner");
    expect(await t.run("flags archive banner --dry-run")).toMatchObject({
      code: 0,
      out: "would archive flag banner (in production; no other flag uses it)\n",
    });
    expect((await t.evaluate("banner")).status).toBe(200);
    expect(await t.run("flags archive banner")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^flag banner archived: production version \d+, published\n$/),
    });
    expect((await t.evaluate("banner")).status).toBe(404);
    expect((await t.run("flags list --archived")).out).toMatch(/^banner +flag +boolean +\d{4}-\d\d-\d\d +production$/m);
    expect((await t.run("flags list --state archived --json")).json).toMatchObject([{ key: "banner" }]);
    const refused = await create("banner");
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('restore it first, with "burgee flags unarchive"'),
    ]);
    expect((await t.run("flags archive banner --dry-run")).out).toBe("flag banner: nothing would change\n");
    expect((await t.run("flags unarchive banner --dry-run")).out).toBe("would restore flag banner in production\n");
    expect((await t.run("flags unarchive banner")).out).toMatch(/^flag banner restored: production version/);
    expect((await t.evaluate("banner")).status).toBe(200);
    expect(await t.run("flags archive ghost")).toMatchObject({ code: 1, err: expect.stringContaining("ghost") });
  });

  test("an export leaves archived flags out, and applying it whole keeps them", async ({ expect }) => {
    await create("exported");
    await create("put-away");
    await t.run("flags archive put-away");
    expect((await t.run("export flags.yaml")).code).toBe(0);
    expect(await t.read("flags.yaml")).not.toContain("put-away");
    expect(await t.run("apply flags.yaml --prune")).toMatchObject({ code: 0 });
    expect((await t.run("diff flags.yaml --prune")).code).toBe(0);
    expect((await t.run("flags unarchive put-away")).code).toBe(0);
    expect((await t.run("flags get put-away -e production")).code).toBe(0);
  });

  test("a file has the lifetime and the expiry, in one form", async ({ expect }) => {
    await create("dated", " --lifetime temporary --expires 2031-02-03");
    await t.run("export dated.yaml");
    const text = await t.read("dated.yaml");
    expect(text).toMatch(/lifetime: temporary\n\s+expiresAt: "?2031-02-03T00:00:00.000Z"?/);
    await t.write("dated.yaml", text.replace("2031-02-03T00:00:00.000Z", "2031-02-03"));
    expect((await t.run("diff dated.yaml")).code).toBe(0);
    await t.write("dated.yaml", text.replace("2031-02-03T00:00:00.000Z", "2031-02-04"));
    expect((await t.run("diff dated.yaml")).out).toContain("Expires: 3 Feb 2031, 00:00 UTC → 4 Feb 2031, 00:00 UTC");
    await t.write("dated.yaml", text.replace(/ +lifetime.*\n +expiresAt.*\n/, ""));
    expect((await t.run("apply dated.yaml")).code).toBe(0);
    expect((await t.call("GET", "/api/v1/flags/dated")).body.lifetime).toBeUndefined();
    await t.run("flags set dated -e production --expires 2031-02-03");
    await t.run("flags set dated -e production --expires never");
    expect((await t.call("GET", "/api/v1/flags/dated")).body).toMatchObject({ lifetime: "temporary" });
    expect(await t.run("flags set dated -e production --expires soon")).toMatchObject({
      code: 2,
      err: expect.stringContaining("must be a date such as 2030-01-31"),
    });
  });

  test("lists by state say why", async ({ expect }) => {
    await create("young");
    const { out } = await t.run("flags list -e production --state new");
    expect(out).toMatch(/^young +new +created today, and not used yet/m);
    expect((await t.run("flags list -e production --state unused")).out).not.toContain("young");
    await create("past", " --expires 2001-01-01");
    expect((await t.run("flags list -e production --expired --json")).json).toMatchObject([{ key: "past" }]);
    expect((await t.run("flags list -e production --lifetime permanent --json")).json).toEqual([]);
  });

  test("a scan sends counts, and archiving then asks first", async ({ expect }) => {
    await create("named");
    await mkdir(join(t.folder, "code"), { recursive: true });
    await writeFile(join(t.folder, "code", "a.ts"), 'isOn("named"); client.getBooleanValue("nobody", false);');
    const dry = await t.run("refs scan code --repository acme/shop --dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).toMatch(/^named +1 +a\.ts$/m);
    expect(dry.out).toMatch(/Keys that no flag has:\n.*\nnobody +1 +a\.ts/s);
    expect(dry.out).toContain("scanned 1 file and found 1 flag; nothing was sent");
    expect((await t.run("refs list --json")).json).toEqual([]);
    expect(await t.run("refs scan code --repository acme/shop --commit 4f2c1d9 --json")).toMatchObject({
      code: 0,
      json: { repository: "acme/shop", commit: "4f2c1d9", flags: [{ key: "named", count: 1, files: ["a.ts"] }] },
    });
    const stored = await t.project.backends.neon.query("select * from code_references");
    expect(stored).toEqual([{ repository: "acme/shop", flag_key: "named", count: 1 }]);
    expect((await t.run("refs list")).out).toMatch(/^acme\/shop +4f2c1d9 +\d{4}-\d\d-\d\d +1 +1$/m);

    const refused = await t.run("flags archive named");
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(
        /burgee: flag named: acme\/shop names it once \(commit 4f2c1d9, scanned on .*\)\n.*named is still used; --yes/s,
      ),
    ]);
    expect((await t.evaluate("named")).status).toBe(200);
    const warned = await t.run("flags delete named --everywhere --dry-run");
    expect([warned.code, warned.err]).toEqual([0, expect.stringContaining("acme/shop names it once")]);
    expect((await t.run("flags delete named --everywhere")).code).toBe(1);
    expect((await t.run("flags archive named --yes")).code).toBe(0);
    expect((await t.run("refs scan code --repository acme/shop --dry-run")).out).toMatch(/^named \(archived\) +1/m);
    expect((await t.run("refs delete acme/shop --dry-run")).out).toBe("would delete the counts of acme/shop\n");
    expect((await t.run("refs delete acme/shop")).out).toBe("deleted the counts of acme/shop\n");
    expect((await t.run("flags delete named --everywhere")).code).toBe(0);
  });

  test("a scan outside of a repository needs a commit", async ({ expect }) => {
    await mkdir(join(t.folder, "empty"), { recursive: true });
    expect(await t.run("refs scan empty")).toMatchObject({ code: 2, err: expect.stringContaining("--commit") });
    expect(await t.run("refs scan missing --dry-run")).toMatchObject({
      code: 2,
      err: expect.stringContaining("missing"),
    });
  });
});
