import { afterAll, beforeAll, describe, test } from "vitest";
import { send } from "../management/client.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const staff = (domain: string) =>
  JSON.stringify({ name: "Staff", condition: { attribute: "email", operator: "ends_with", values: [domain] } });
const badge = JSON.stringify({
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  default: { variant: "off" },
  rules: [{ id: "staff", when: { segment: "staff" }, serve: { variant: "on" } }],
});

describe("burgee", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("segments set staff -f - -e production", { input: staff("@a.example") });
    await t.run("flags create badge -f - -e production", { input: badge });
  });
  afterAll(() => t.close());

  const versionOf = async (environment: string) =>
    (await t.call("GET", `/api/v1/environments/${environment}`)).body.version;
  const served = async (email: string) => (await t.evaluate("badge", { targetingKey: "u", email })).body.value;

  test("segments can be set, listed, printed and deleted, and flags use the new ones", async ({ expect }) => {
    expect(await served("x@b.example")).toBe(false);
    const args = "segments set staff -f - -e production";
    const before = await versionOf("production");
    const dry = await t.run(`${args} --dry-run`, { input: staff("@b.example") });
    expect(dry.out).toContain("+ Condition: email ends with @b.example");
    expect(await versionOf("production")).toBe(before);
    await t.run(args, { input: staff("@b.example") });
    expect(await served("x@b.example")).toBe(true);
    expect((await t.run("segments list -e production")).out).toMatch(
      /^KEY +NAME +USED BY +VERSION\nstaff +Staff +1 +\d+\n$/,
    );
    expect((await t.run("segments get staff -e production --json")).json).toMatchObject({
      key: "staff",
      name: "Staff",
    });
    const used = await t.run("segments delete staff -e production");
    expect(used).toMatchObject({ code: 1, err: expect.stringContaining("badge") });
    await t.run("segments set unused -f - -e production", { input: staff("@c.example") });
    expect((await t.run("segments delete unused -e production --dry-run")).out).toContain("would delete");
    expect((await t.run("segments delete unused -e production")).code).toBe(0);
    expect((await t.run("segments delete unused -e production --dry-run")).code).toBe(1);
  });

  test("env creates, lists and deletes environments", async ({ expect }) => {
    expect((await t.run("env create preview --name Preview --copy-from production --dry-run")).code).toBe(0);
    expect((await t.run("env list")).out).not.toContain("preview");
    expect((await t.run("env create preview --name Preview --copy-from production")).code).toBe(0);
    expect((await t.run("env list --json")).json).toContainEqual(
      expect.objectContaining({ key: "preview", name: "Preview" }),
    );
    expect((await t.run("flags get badge -e preview")).code).toBe(0);
    expect((await t.run("env create preview")).code).toBe(1);
    expect((await t.run("env delete preview")).code).toBe(2);
    expect((await t.run("env delete preview --confirm production")).err).toBe(
      "burgee: to delete environment preview, repeat its key: --confirm preview\n",
    );
    expect((await t.run("env delete preview --confirm preview")).code).toBe(0);
    expect((await t.run("flags get badge -e preview")).code).toBe(1);
  });

  test("keys update changes the name and the origins, and keeps the token", async ({ expect }) => {
    const made = await t.run("keys create --kind client --origin https://old.example.com -e production --json");
    const { key, token } = made.json;
    const from = async (origin: string) =>
      (await send(t.isolate, token, "POST", "/ofrep/v1/evaluate/flags", { context: {} }, { origin })).status;
    const update = `keys update ${key.id} -e production`;
    const dry = await t.run(`${update} --name Shop --dry-run`);
    expect(dry.out).toContain("+ Name: Shop");
    expect((await t.run("keys list -e production --json")).json).toContainEqual(expect.objectContaining(key));
    expect((await t.run(`${update} --name Shop --origin https://*.example.com http://localhost:*`)).code).toBe(0);
    expect([await from("https://new.example.com"), await from("http://localhost:1")]).toEqual([200, 200]);
    expect(await from("https://evil.test")).toBe(403);
    await t.run(`${update} --any-origin`);
    expect(await from("https://evil.test")).toBe(200);
    expect((await t.run(update)).code).toBe(2);
    expect((await t.run(`${update} --any-origin --origin https://a.example`)).code).toBe(2);
  });

  test("keys create prints only a token, which works until the key is revoked", async ({ expect }) => {
    const dry = await t.run("keys create --kind server -e production --dry-run --json");
    expect(dry.json).toEqual({ dryRun: true, kind: "server" });
    const made = await t.run(["keys", "create", "--kind", "server", "--name", "Order service", "-e", "production"]);
    expect(made.err).toMatch(/^Created server key \w+ in production\. Its token is shown only once:\n$/);
    expect(made.out).toMatch(/^bgs_production_\w+\n$/);
    const ask = () => send(t.isolate, made.out.trim(), "POST", "/ofrep/v1/evaluate/flags/badge", { context: {} });
    expect((await ask()).status).toBe(200);
    const list = (await t.run("keys list -e production --json")).json;
    const { id } = list.find(({ name }: { name: string }) => name === "Order service");
    const would = await t.run(`keys revoke ${id} -e production --dry-run`);
    expect(would.out).toContain("+ Revoked: true");
    expect((await ask()).status).toBe(200);
    expect((await t.run(`keys revoke ${id} -e production`)).code).toBe(0);
    await t.clock.advance(11_000);
    expect((await ask()).status).toBe(401);
    expect((await t.run("keys list -e production")).out).not.toContain(id);
    expect((await t.run("keys list -e production --all")).out).toContain(id);
    expect((await t.run("keys revoke aB3dE5fG7hI9 -e production --dry-run")).err).toContain(
      "does not exist in production",
    );
  });

  test("evaluate and explain show the same result as the edge, and that of each rule", async ({ expect }) => {
    const line = "badge -e production -t user-1 --attribute email=x@b.example seats=12 --request country=DE";
    expect((await t.run(`evaluate ${line}`)).out).toMatch(/^VALUE +VARIANT +REASON\ntrue +on +TARGETING_MATCH\n$/);
    expect((await t.run(`evaluate ${line} --json`)).json).toMatchObject({ flag: "badge", value: true, variant: "on" });
    expect((await t.run(`explain ${line}`)).out).toContain(
      "rule staff: matched\n  true: in segment staff\n    true: email (x@b.example) ends_with @b.example\n",
    );
    expect((await t.run("explain badge -e production")).out).toContain(
      "    false: email is missing (ends_with @b.example)\n",
    );
    expect((await t.run(`explain ${line} --json`)).json.rules).toMatchObject([{ id: "staff", state: "matched" }]);
    expect((await t.run("explain nobody -e production")).code).toBe(1);
  });

  test("audit lists changes and restores an earlier state as a new version", async ({ expect }) => {
    await t.run("flags set badge --default on -e production");
    const { out } = await t.run("audit -e production --key badge --limit 1");
    expect(out).toMatch(/^\d+ {2}\S+Z {2}test admin {2}update configuration badge {2}version \d+\n/);
    expect(out).toContain("  - Everyone else: off\n  + Everyone else: on");
    const [{ id }] = (await t.run("audit list -e production --key badge --limit 1 --json")).json;
    const before = await versionOf("production");
    const dry = await t.run(`audit restore ${id} -e production --dry-run`);
    expect(dry.out).toContain("+ Everyone else: off");
    expect(await versionOf("production")).toBe(before);
    expect((await t.run(`audit restore ${id} -e production`)).out).toMatch(/: production version \d+, published/);
    expect(await served("nobody@x.example")).toBe(false);
    expect((await t.run(`audit restore ${id} -e production --after --dry-run`)).out).toContain("+ Everyone else: on");
    expect((await t.run("audit restore 999999 -e production --dry-run")).err).toContain(
      "change 999999 does not exist in production",
    );
    expect((await t.run("audit list --project --entity flag --json")).json[0]).toMatchObject({ environment: null });
    const { actor, at } = (await t.run("audit list -e production --key badge --limit 1 --json")).json[0];
    const filters = (since: string, until: string) => `--actor ${actor} --since ${since} --until ${until}`;
    expect((await t.run(`audit list -e production --json ${filters(at, "2100-01-01")}`)).json).not.toEqual([]);
    expect((await t.run(`audit list -e production --json ${filters("2020-01-01", "2020-01-02")}`)).json).toEqual([]);
    expect(await t.run("audit list -e production --since yesterday")).toMatchObject({
      code: 1,
      err: expect.stringContaining("must be an instant like 2026-11-28T09:00:00Z"),
    });
  });

  test("cache purge shows and deletes cached copies without changing a result", async ({ expect }) => {
    await t.run("cache warm -e production");
    const would = await t.run("cache purge --flag badge -e production --dry-run");
    expect(would.out).toBe("would delete 1 from this isolate's memory, 1 from Redis\n  badge\n");
    expect((await t.run("cache purge --pattern bad* -e production --json")).json).toMatchObject({
      dryRun: false,
      flags: ["badge"],
      deleted: { l1: 1, l2: 1 },
    });
    expect(await served("x@b.example")).toBe(true);
    expect((await t.run("cache purge --kind switch -e production --json")).json.flags).toEqual([]);
    expect((await t.run("cache purge --all -e production")).out).toContain("deleted 1 from this isolate's memory");
    for (const line of ["cache purge", "cache purge --all --kind flag"])
      expect(await t.run(`${line} -e production`)).toMatchObject({
        code: 2,
        err: expect.stringContaining("exactly one of"),
      });
  });

  test("no command with --dry-run writes anything", async ({ expect }) => {
    const { key } = (await t.run("keys create --kind client -e production --json")).json;
    await t.run("segments set spare -f - -e production", { input: staff("@c.example") });
    await t.run("env create spare --copy-from production");
    await t.run("flags disable badge -e spare");
    await t.run("export kept.yaml");
    const [deletion] = (await t.call("GET", "/api/v1/audit?limit=1")).body.items;
    const lines = [
      "flags create another -e production",
      "flags set badge -e production --default on",
      "flags enable badge -e spare",
      "flags disable badge -e production",
      "flags delete badge -e spare",
      "flags delete badge --everywhere",
      "segments set spare -f - -e production",
      "segments delete spare -e production",
      "env create one-more",
      "env delete spare --confirm spare",
      "override allow -e production",
      "keys create --kind server -e production",
      `keys update ${key.id} -e production --name Shop`,
      `keys revoke ${key.id} -e production`,
      `audit restore ${deletion.id} -e spare`,
      "copy --from spare --to production",
      "apply kept.yaml --prune",
      "import kept.yaml",
      "cache purge --all -e production",
      "cache warm --every",
    ];
    t.project.resetStats();
    const before = await t.project.backends.neon.query("select max(id) as id, count(*) as rows from audit");
    for (const line of lines) {
      const { code, err } = await t.run(`${line} --dry-run`, { input: staff("@d.example") });
      expect([0, 3], `${line}: ${err}`).toContain(code);
      const after = await t.project.backends.neon.query("select max(id) as id, count(*) as rows from audit");
      expect(after, line).toEqual(before);
    }
    await t.run("env delete spare --confirm spare");
  });

  test("cache warm fills both tiers, with a progress bar for people", async ({ expect }) => {
    await t.run("env create staging --copy-from production");
    expect((await t.run("cache warm --every --dry-run")).out).toBe("would warm production, staging\n");
    const warmed = await t.run("cache warm --every", { isInteractive: true });
    expect(warmed.out).toMatch(/production +\d+ +1 +1 +1\nstaging +\d+ +1 +1 +1\n$/);
    expect(warmed.drawn).toContain("2/2 staging");
    expect(await t.run("cache warm -e production --json")).toMatchObject({ drawn: "" });
    t.project.resetStats();
    await t.evaluate("badge");
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("cache stats prints once or repeatedly", async ({ expect }) => {
    expect((await t.run("cache stats -e production")).out).toMatch(/^TIER +HITS .*\nL1 isolate +\d/);
    expect((await t.run("cache stats -e production --json")).json).toMatchObject({ environment: "production" });
    const pauses: number[] = [];
    const onPause = (milliseconds: number) => void pauses.push(milliseconds);
    const watched = await t.run("cache stats -e production --watch --interval 5 --count 3 --json", { onPause });
    expect(
      watched.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).environment),
    ).toEqual(Array(3).fill("production"));
    expect(pauses).toEqual([5000, 5000]);
    const drawn = await t.run("cache stats -e production --watch --count 2", { isInteractive: true });
    expect(drawn.out.split("\u001B[H\u001B[J")).toHaveLength(3);
    expect((await t.run("cache stats -e production --watch --count 2")).out).not.toContain("\u001B");
  });

  test("explain says until when a rule's recurring window is open", async ({ expect }) => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const during = [{ timezone: "Europe/Berlin", days, from: "00:00", to: "24:00" }];
    const rules = [{ id: "always", during, serve: { variant: "on" } }];
    await t.run("flags create hours -f - -e production", {
      input: JSON.stringify({ ...JSON.parse(badge), rules } as object),
    });
    expect((await t.run("explain hours -e production")).out).toMatch(
      /rule always: matched, in a window until \d{4}-\d\d-\d\dT2[23]:00:00\.000Z\n/,
    );
  });
});
