import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

const EXAMPLE = new URL("../../../examples/project.yaml", import.meta.url);

describe("a project as one file", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("project.yaml", await readFile(EXAMPLE, "utf8"));
  });
  afterAll(() => t.close());

  const versions = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await t.call("GET", "/api/v1/environments")).body.items.map((one: { key: string; version: number }) => [
        one.key,
        one.version,
      ]),
    );

  test("is refused if an environment is missing, unless it is to be created", async ({ expect }) => {
    const before = await versions();
    const refused = await t.run("import project.yaml");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("these environments do not exist: staging; add --create-environments to create them");
    expect(await versions()).toEqual(before);
    const planned = await t.run("import project.yaml --create-environments --dry-run");
    expect(planned.out).toContain("staging (does not exist yet): 51 to create");
    expect(await versions()).toEqual(before);
  });

  test("is applied as one version with one purge per environment, and the edge uses it", async ({ expect }) => {
    const { production = 0 } = await versions();
    const { code, json } = await t.run("import project.yaml --create-environments --json");
    expect(code).toBe(0);
    expect(json).toEqual({
      environments: [
        {
          environment: "production",
          state: "applied",
          changes: 55,
          version: production + 1,
          published: { redis: true },
        },
        { environment: "staging", state: "applied", changes: 51, version: 2, published: { redis: true } },
      ],
    });
    expect(
      (await t.evaluate("checkout-redesign", { targetingKey: "u", email: "a@shop.example.com" })).body,
    ).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
  });

  test("makes no new version the second time, and has no differences", async ({ expect }) => {
    const before = await versions();
    expect(await t.run("apply project.yaml")).toMatchObject({
      code: 0,
      out: `production: nothing to change at version ${before["production"]}\nstaging: nothing to change at version 2\n`,
    });
    expect(await t.run("diff project.yaml")).toMatchObject({ code: 0 });
    expect(await t.run("diff project.yaml --prune")).toMatchObject({ code: 0 });
    expect(await versions()).toEqual(before);
  });

  test("stays unchanged if exported over itself, and has the same text in each new file", async ({ expect }) => {
    expect((await t.run("export project.yaml")).out).toBe("project.yaml is already up to date\n");
    expect(await t.read("project.yaml")).toBe(await readFile(EXAMPLE, "utf8"));
    const { out } = await t.run("export");
    expect(out.split("\n")[0]).toBe("# yaml-language-server: $schema=http://edge.test/console/project.schema.json");
    expect((await t.run("export")).out).toBe(out);
    expect((await t.run("export new.yaml")).code).toBe(0);
    expect(await t.read("new.yaml")).toBe(out);
    expect((await t.run("diff new.yaml --prune")).code).toBe(0);
    const keys = [...out.matchAll(/^ {2}- key: (\S+)$/gm)].map(([, key]) => String(key)).slice(2);
    expect(keys).toEqual(keys.toSorted());
    expect((await t.run("export --json")).json.flags).toHaveLength(48);
  });

  test("shows differences in words with exit code 3, and applies them at once", async ({ expect }) => {
    const before = await versions();
    await t.write(
      "changed.yaml",
      (await t.read("project.yaml")).replace("25000]", "40000]").replace("75000]", "60000]"),
    );
    const { code, out } = await t.run("diff changed.yaml");
    expect(code).toBe(3);
    expect(out).toBe(
      [
        `production at version ${before["production"]}: 1 to update`,
        "  ~ flag checkout-redesign",
        "      Everyone else: on for 25%, off for 75% → on for 40%, off for 60%",
        "staging at version 2: nothing to change",
        "",
      ].join("\n"),
    );
    expect((await t.run("diff changed.yaml --json")).json.environments[0]).toMatchObject({
      environment: "production",
      version: before["production"],
      changes: [{ kind: "flag", key: "checkout-redesign", action: "update", differences: [{ before: 25000 }, {}] }],
      kept: [],
    });
    const dry = await t.run("apply changed.yaml --dry-run");
    expect(dry).toMatchObject({ code: 0, out });
    expect(await versions()).toEqual(before);
    t.project.backends.upstash.resetStats();
    expect((await t.run("apply changed.yaml")).out).toContain(
      `production: 1 written as version ${(before["production"] ?? 0) + 1}, published`,
    );
    expect(t.project.backends.upstash.stats().commands).toBe(1);
    const share = (await t.call("GET", "/api/v1/environments/production/flags/checkout-redesign")).body.default;
    expect(share.rollout.weights[0]).toEqual(["on", 40_000]);
  });

  test("keeps comments, order and unchanged parts if a change is exported into it", async ({ expect }) => {
    await t.run(["flags", "set", "checkout-redesign", "-e", "production", "--description", ""]);
    await t.run(["flags", "set", "new-shell", "-e", "production", "--description", "In other words."]);
    await t.run("flags create zebra -e staging --default on");
    await t.run("flags delete api-requests-per-minute --everywhere");
    expect((await t.run("export project.yaml --dry-run")).out).toContain("would write");
    expect((await t.run("export project.yaml")).out).toContain("wrote 48 flags of production, staging to project.yaml");
    const text = await t.read("project.yaml");
    expect(text).toContain("# An example project: the flags of a web shop, in two environments.");
    expect(text).toContain("── Checkout ──");
    expect(text.indexOf("key: zebra")).toBeGreaterThan(text.indexOf('key: "new-shell"'));
    expect(text).toMatch(/key: "new-shell"\n.*\n.*\n {4}description: "In other words\."/);
    expect(text).not.toContain('key: "api-requests-per-minute"');
    expect(await t.run("diff project.yaml --prune")).toMatchObject({ code: 0 });
    expect((await t.run("export project.yaml")).out).toContain("is already up to date");
  });

  test("can be exported, compared and applied for one environment", async ({ expect }) => {
    await t.run("flags create only-here -e staging --default on");
    await t.run("export project.yaml -e production");
    expect(await t.read("project.yaml")).not.toContain("only-here");
    expect((await t.run("diff project.yaml --prune -e production")).code).toBe(0);
    const staging = await t.run("diff project.yaml --prune -e staging");
    expect(staging).toMatchObject({ code: 3, out: expect.stringContaining("- flag only-here") });
    const { out } = await t.run("diff project.yaml -e staging");
    expect(out).toContain("kept (only --prune deletes them): flag only-here");
    const other = await t.run("diff project.yaml -e preview");
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining("(it contains: production, staging)") });
  });

  test("deletes flags that are not in it only with --prune", async ({ expect }) => {
    expect((await t.run("apply project.yaml")).code).toBe(0);
    expect((await t.run("flags get only-here -e staging")).code).toBe(0);
    expect((await t.run("apply project.yaml --prune")).out).toContain("staging: 1 written as version");
    expect((await t.run("flags get only-here -e staging")).code).toBe(1);
    expect((await t.run("diff project.yaml --prune")).code).toBe(0);
  });

  test("can be piped in, as YAML or JSON", async ({ expect }) => {
    const { out } = await t.run("export -e production");
    expect((await t.run("diff -", { input: out })).code).toBe(0);
    const json = (await t.run("export -e production --json")).out;
    expect((await t.run("diff - --prune", { input: json })).code).toBe(0);
  });

  test("applies a new order of rules whose ids are numbers, and exports it into a file", async ({ expect }) => {
    const rule = (id: string) =>
      `{ id: "${id}", when: { attribute: plan, operator: exists }, serve: { variant: "on" } }`;
    const file = (...ids: string[]) => `environments: [ { key: staging } ]
flags:
  - key: numbered
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      staging:
        enabled: true
        offVariant: "off"
        rules:
${ids.map((id) => `          - ${rule(id)}\n`).join("")}        default: { variant: "off" }
`;
    await t.write("before.yaml", file("1", "2"));
    await t.write("after.yaml", file("2", "1"));
    expect((await t.run("apply before.yaml")).code).toBe(0);
    expect(await t.run("diff after.yaml")).toMatchObject({
      code: 3,
      out: expect.stringContaining("Order of the rules: 1, 2 → 2, 1"),
    });
    expect((await t.run("apply after.yaml")).out).toContain("staging: 1 written");
    expect((await t.run("flags get numbered -e staging --json")).json.rules).toMatchObject([{ id: "2" }, { id: "1" }]);
    await t.run("export before.yaml -e staging");
    expect((await t.read("before.yaml")).indexOf('id: "2"')).toBeLessThan(
      (await t.read("before.yaml")).indexOf('id: "1"'),
    );
  });
});
