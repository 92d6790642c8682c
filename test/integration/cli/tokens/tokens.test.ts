import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

describe("burgee tokens", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("env create staging");
  });
  afterAll(() => t.close());

  const withToken = (token: string, line: string) =>
    t.run(line, { env: { BURGEE_URL: "http://edge.test", BURGEE_TOKEN: token.trim() } });

  test("create prints the token alone, and the token has the chosen limits", async ({ expect }) => {
    const args = [
      "tokens",
      "create",
      "--role",
      "write",
      "--environments",
      "staging",
      "--name",
      "CI",
      "--expires",
      "90d",
    ];
    const { code, out, err } = await t.run(args);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringMatching(/^bga_write_\w+\n$/),
      err: expect.stringMatching(/^Created write token \w{12} for staging\. It is shown only once:\n$/),
    });
    expect((await withToken(out, "flags create here -e staging")).code).toBe(0);
    for (const line of ["flags create there -e production", "tokens list", "env create other"])
      expect((await withToken(out, line)).code, line).toBe(1);
    expect((await withToken(out, "env list")).out).not.toContain("production");
  });

  test.for(["production,staging", "production staging", "production, staging"])(
    "create takes the environments %s",
    async (environments, { expect }) => {
      const { json } = await t.run(`tokens create --role read --json --environments ${environments}`);
      expect(json.adminToken.environments).toEqual(["production", "staging"]);
    },
  );

  test("a pipeline's token applies and exports its own environment", async ({ expect }) => {
    await t.run("flags create piped -e production");
    await t.run("flags create piped -e staging");
    const { out } = await t.run("tokens create --role write --environments staging");
    for (const line of [
      "export whole.yaml",
      "diff whole.yaml",
      "flags rollout piped --to on --percentage 25 -e staging",
      "export whole.yaml -e staging",
      "flags disable piped -e staging",
      "apply whole.yaml -e staging --dry-run",
      "apply whole.yaml -e staging",
      "audit list -e staging",
      "cache stats -e staging",
      "evaluate piped -e staging -t u",
      "complete bash -- flags get -e staging pi",
    ]) {
      const ran = await withToken(out, line);
      expect({ line, code: ran.code, err: ran.err }).toEqual({ line, code: 0, err: "" });
    }
    expect(await t.read("whole.yaml")).not.toContain("production");
    const whole = (await t.read("whole.yaml")).replace("key: piped", "key: piped\n    description: changed");
    await t.write("changed.yaml", whole);
    for (const line of ["apply changed.yaml --dry-run", "apply changed.yaml"])
      expect((await withToken(out, line)).err, line).toContain("shared with environments");
    const foreign = (await t.run("audit list -e production --limit 1 --json")).json[0].id;
    expect((await withToken(out, `audit restore ${foreign} -e staging`)).code).toBe(1);
  });

  test("rotate prints a token with the same limits, and the old one expires after the overlap", async ({ expect }) => {
    const line = "tokens create --role write --environments staging --expires 90d --json";
    const old = (await t.run([...line.split(" "), "--name", "Old CI"])).json;
    const { id } = old.adminToken;
    expect((await t.run(`tokens rotate ${id} --dry-run`)).out).toBe(`would replace admin token ${id} (Old CI)\n`);
    const { code, out, err } = await t.run(`tokens rotate ${id} --overlap 2d`);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^bga_write_\w+\n$/) });
    expect(err).toMatch(
      /^Created admin token \w{12}\. It is shown only once:\nThe old token, \w{12}, works until \S+\.\n$/,
    );
    for (const token of [old.token, out]) expect((await withToken(token, "flags list -e staging")).code).toBe(0);
    const all: Record<string, string>[] = (await t.run("tokens list --json")).json;
    const [first, second] = ["Old CI", "Old CI"].map((name, i) => all.filter((one) => one["name"] === name)[i]);
    const [limited, fresh] = first?.["id"] === id ? [first, second] : [second, first];
    // The worker's clock in this test differs from the database's, which dates the creation.
    const start = Date.parse(old.adminToken.expiresAt) - 90 * 86_400_000;
    const lifetime = Date.parse(old.adminToken.expiresAt) - Date.parse(old.adminToken.createdAt);
    const left = (token?: Record<string, string>) => Date.parse(token?.["expiresAt"] ?? "") - start;
    expect(Math.round(left(limited) / 86_400_000)).toBe(2);
    expect(Math.round(left(fresh) / 60_000)).toBe(Math.round(lifetime / 60_000));
    expect(fresh).toMatchObject({ role: "write", environments: ["staging"] });
  });

  test("rotate leaves an expiry that comes before the end of the overlap", async ({ expect }) => {
    const { adminToken } = (await t.run("tokens create --role read --all-environments --expires 1h --json")).json;
    const rotated = await t.run(`tokens rotate ${adminToken.id}`);
    expect(rotated.code).toBe(0);
    expect(rotated.err).toContain(`The old token, ${adminToken.id}, works until ${adminToken.expiresAt}.`);
  });

  test("rotate refuses a revoked token", async ({ expect }) => {
    const { adminToken } = (await t.run("tokens create --role read --all-environments --json")).json;
    await t.run(`tokens revoke ${adminToken.id}`);
    const refused = await t.run(`tokens rotate ${adminToken.id}`);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain(`admin token ${adminToken.id} is revoked`);
  });

  test("list shows rights, expiry and last use, and revoked tokens with --all", async ({ expect }) => {
    const created = (await t.run("tokens create --role read --all-environments --name Dash --json")).json;
    const { id } = created.adminToken;
    const row = async (line: string) => (await t.run(line)).out.split("\n").find((one) => one.startsWith(id));
    expect((await row("tokens ls"))?.split(/\s{2,}/)).toEqual([
      id,
      "read",
      "all environments",
      "Dash",
      expect.stringMatching(/^\d{4}-/),
      "never",
      "never",
    ]);
    await withToken(created.token, "env list");
    const today = new Date(t.clock.now()).toISOString().slice(0, 10);
    expect((await row("tokens list"))?.split(/\s{2,}/).at(-1)).toBe(today);
    expect((await t.run(`tokens revoke ${id} --dry-run`)).out).toContain("+ Revoked: true");
    expect(await t.run(`tokens revoke ${id}`)).toMatchObject({
      code: 0,
      out: `admin token ${id}: revoked; it stops working within ten seconds\n`,
    });
    expect(await row("tokens list")).toBeUndefined();
    expect(await row("tokens list --all")).toContain("Dash");
    await t.clock.advance(10_000);
    expect((await withToken(created.token, "env list")).code).toBe(1);
  });

  test.for([
    ["tokens create --role write", 2, "--environments <keys...> or --all-environments"],
    ["tokens create --role write -e staging", 2, "--environments <keys...> or --all-environments"],
    ["tokens create --role write --environments staging --all-environments", 2, "choose the environments of the token"],
    ["tokens create --all-environments", 2, "--role"],
    ["tokens create --role admin --all-environments", 2, "write, read"],
    ["tokens create --role read --all-environments --expires 1s", 2, "from 1m to 3650d"],
    ["tokens create --role read --environments nowhere", 1, "/environments/0"],
    ["tokens create --role read --environments nowhere --dry-run", 1, "/environments/0"],
    ["tokens revoke 999999999999", 1, "does not exist"],
  ] as const)("%s is refused", async ([line, code, message], { expect }) => {
    const ran = await t.run(line);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringContaining(message) });
  });
});
