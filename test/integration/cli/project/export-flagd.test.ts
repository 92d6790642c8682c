import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const EXAMPLE = new URL("../../../../examples/project.yaml", import.meta.url);

describe("an export to flagd", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("project.yaml", await readFile(EXAMPLE, "utf8"));
    await t.run("import project.yaml --create-environments");
  });
  afterAll(() => t.close());

  const offline = { env: {} };

  test("writes the definitions, and names the flags that are left out with exit code 3", async ({ expect }) => {
    const { code, out } = await t.run("export --format flagd flagd.json -e production --report report.json");
    expect(code).toBe(3);
    expect(out).toContain("flagd does not have the attributes of the request");
    const { flags } = JSON.parse(await t.read("flagd.json"));
    const { entries } = JSON.parse(await t.read("report.json"));
    const left = entries.filter((one: { kind: string; outcome: string }) => one.outcome === "not exportable");
    expect(left.length).toBeGreaterThan(0);
    for (const { key } of left) expect(flags).not.toHaveProperty(key);
    expect(flags["image-service"]).toMatchObject({ state: "ENABLED", defaultVariant: "origin" });
  });

  test("gives the same definitions from a file, without a deployment", async ({ expect }) => {
    const online = await t.run("export --format flagd -e production");
    const fromFile = await t.run("export --format flagd --from project.yaml -e production", offline);
    // Postgres orders the names in a value.
    expect(JSON.parse(fromFile.out)).toEqual(JSON.parse(online.out));
    expect(fromFile.err).toContain("flags for flagd:");
    expect(
      await t.run("export --format flagd --from - -e production --quiet", {
        ...offline,
        input: await t.read("project.yaml"),
      }),
    ).toEqual({ ...fromFile, err: "" });
  });

  test("writes nothing in a dry run", async ({ expect }) => {
    await t.run("export --format flagd other.json --from project.yaml -e production --dry-run", offline);
    await expect(t.read("other.json")).rejects.toThrow("ENOENT");
  });

  test("ends with exit code 0 if every flag is exact", async ({ expect }) => {
    const flag = {
      key: "new",
      type: "boolean",
      variants: { on: true },
      environments: { staging: { enabled: true, default: { variant: "on" } } },
    };
    await t.write("small.yaml", JSON.stringify({ environments: [{ key: "staging" }], flags: [flag] }));
    expect(await t.run("export --format flagd small.json --from small.yaml", offline)).toMatchObject({
      code: 0,
      out: "1 flags for flagd: 1 exact\n",
    });
  });

  test("refuses options and environments that do not apply", async ({ expect }) => {
    const wrong = async (line: string): Promise<string> => {
      const { code, err } = await t.run(line, offline);
      expect(code).toBe(2);
      return err;
    };
    expect(await wrong("export --from project.yaml")).toContain("--from and --report only apply to --format flagd");
    expect(await wrong("export --format flagd --from project.yaml")).toContain("choose one environment");
    expect(await wrong("export --format flagd --from project.yaml -e qa")).toContain("environment qa does not exist");
  });
});
