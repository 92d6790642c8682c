import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

describe("burgee flags", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  const flags = (line: string, ...more: string[]) =>
    t.run(["flags", ...line.split(" "), ...more, "--environment", "production"]);
  const version = async () => (await t.call("GET", "/api/v1/environments/production")).body.version;

  test("creates a boolean flag that is off for everyone, and rolls it out in percent", async ({ expect }) => {
    expect(await flags("create new-search --client-visible --tag release beta --owner search")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^flag new-search in production: version \d+, published\n$/),
    });
    expect((await t.evaluate("new-search")).body).toMatchObject({ value: false, reason: "STATIC" });
    expect((await flags("set new-search --rollout on=99.5,off=0.5")).code).toBe(0);
    expect((await t.call("GET", "/api/v1/environments/production/flags/new-search")).body.default.rollout).toEqual({
      by: ["targetingKey"],
      salt: "new-search",
      hash: "murmur3-mulshift",
      weights: [
        ["on", 99_500],
        ["off", 500],
      ],
    });
    expect((await t.evaluate("new-search")).body).toMatchObject({ value: true, reason: "SPLIT" });
    await flags("set new-search --default on");
    expect((await t.evaluate("new-search")).body).toMatchObject({ value: true, reason: "STATIC" });
  });

  test("keeps the salt of a changed rollout, so that users stay in their shares", async ({ expect }) => {
    const document = {
      type: "boolean",
      variants: { on: true, off: false },
      enabled: true,
      default: { rollout: { salt: "first-name", weights: [["on", 10_000], ["off", 90_000]] } }, // prettier-ignore
    };
    await t.write("kept.json", JSON.stringify(document));
    await flags("create kept --file kept.json");
    await flags("set kept --rollout on=20,off=80 --by accountId targetingKey");
    const { rollout } = (await flags("get kept --json")).json.default;
    expect(rollout).toMatchObject({ salt: "first-name", by: ["accountId", "targetingKey"] });
  });

  test("gives shares out of the total of another system's hash", async ({ expect }) => {
    const document = {
      type: "boolean",
      variants: { on: true, off: false },
      enabled: true,
      default: { rollout: { salt: "gr1", hash: "unleash-1", total: 100, weights: [["on", 100]] } },
    };
    await t.write("imported.json", JSON.stringify(document));
    await flags("create imported --file imported.json");
    await flags("set imported --rollout on=73,off=27");
    const { rollout } = (await flags("get imported --json")).json.default;
    const weights = [["on", 73], ["off", 27]]; // prettier-ignore
    expect(rollout).toMatchObject({ hash: "unleash-1", total: 100, weights });
    expect((await flags("set imported --rollout on=0.5,off=99.5")).err).toContain("multiples of 1%");
    const explained = await t.run("explain imported -e production -t 123");
    expect(explained.out).toContain("default: served, bucket 72 of 100");
  });

  test("creates flags of every type from options", async ({ expect }) => {
    await flags("create page-size --type integer --variant small=10 large=50 --default small --off small");
    await flags("create greeting --type string --variant plain=Hello --default plain");
    await flags("create limits --type object --variant", 'on={"items":3}', "off={}");
    await flags("create probe --kind sample --rollout on=100,off=0");
    expect((await t.evaluate("page-size")).body.value).toBe(10);
    expect((await t.evaluate("greeting")).body.value).toBe("Hello");
    expect((await t.evaluate("limits")).body.value).toEqual({});
    expect((await t.evaluate("probe")).body.value).toBe(true);
    await flags("set probe --rollout on=0,off=100");
    expect((await t.evaluate("probe")).body.value).toBe(false);
    await flags("set page-size --variant large=60 --default large");
    expect((await t.evaluate("page-size")).body.value).toBe(60);
  });

  test("disables several flags at once and enables them again", async ({ expect }) => {
    await flags("create one --default on");
    await flags("create two --default on");
    await flags("disable one two");
    for (const key of ["one", "two"]) expect((await t.evaluate(key)).body).toMatchObject({ reason: "DISABLED" });
    await flags("enable one");
    expect((await t.evaluate("one")).body.value).toBe(true);
    expect((await t.evaluate("two")).body.value).toBe(false);
    const { code, json } = await flags("enable two nobody one --json");
    expect(code).toBe(1);
    expect(json).toMatchObject([
      { what: "flag two in production", flag: { key: "two", enabled: true } },
      { what: "flag nobody in production", error: { exitCode: 1, status: 404 } },
      { what: "flag one in production", flag: { key: "one", enabled: true } },
    ]);
  });

  test("replaces a flag with a piped document in the form that get prints", async ({ expect }) => {
    await flags("create piped --default on");
    const document = { ...(await flags("get piped")).json, default: { variant: "off" } };
    const args = ["flags", "set", "piped", "-f", "-", "-e", "production"];
    expect((await t.run(args, { input: JSON.stringify(document) })).code).toBe(0);
    expect((await t.evaluate("piped")).body.value).toBe(false);
    const yaml = "type: boolean\nvariants: { 'on': true, 'off': false }\nenabled: true\ndefault: { variant: 'on' }\n";
    expect((await t.run(args, { input: yaml })).code).toBe(0);
    expect((await t.evaluate("piped")).body.value).toBe(true);
  });

  test("exits with 4 if the flag is not at the given version", async ({ expect }) => {
    const first = (await flags("create raced --json")).json.version;
    await flags("set raced --description newer");
    const late = await flags(`set raced --default on --if-version ${first}`);
    expect(late).toMatchObject({ code: 4, out: "", err: expect.stringContaining("(412)") });
    expect((await t.evaluate("raced")).body.value).toBe(false);
    expect(await flags("create raced")).toMatchObject({
      code: 1,
      err: "burgee: flag raced already exists in production; `burgee flags set` changes it\n",
    });
  });

  test("lists matching flags in columns without borders, or as JSON", async ({ expect }) => {
    await flags("create searched-for --tag weekly --description", "Something to be found");
    const { out } = await flags("list --tag weekly");
    expect(out.split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
      ["KEY", "KIND", "TYPE", "ENABLED", "DEFAULT", "VERSION"],
      ["searched-for", "flag", "boolean", "yes", "off", expect.stringMatching(/^\d+$/)],
      [""],
    ]);
    expect((await flags("list --search found --json")).json).toMatchObject([{ key: "searched-for", tags: ["weekly"] }]);
    expect(await flags("list --tag nowhere")).toMatchObject({ code: 0, out: "" });
  });

  test("deletes a flag from one environment or everywhere", async ({ expect }) => {
    await t.run("env create staging --copy-from production");
    await flags("create short-lived --default on");
    await t.run("flags create short-lived --default on -e staging");
    expect((await flags("delete short-lived")).code).toBe(0);
    expect((await t.evaluate("short-lived")).status).toBe(404);
    expect((await t.run("flags get short-lived -e staging")).code).toBe(0);
    expect((await t.run("flags delete short-lived --everywhere")).code).toBe(0);
    expect((await t.run("flags get short-lived -e staging")).code).toBe(1);
  });

  test("shows the changed fields in a dry run, which fails if the change would", async ({ expect }) => {
    await flags("create still --default on");
    const before = await version();
    expect((await flags("set still --rollout on=10,off=90 --dry-run")).out).toBe(
      [
        "flag still in production would change:",
        "  - Everyone else: on",
        "  + Everyone else: on for 10%, off for 90%",
        "",
      ].join("\n"),
    );
    expect((await flags("disable still --dry-run --json")).json).toEqual([
      {
        dryRun: true,
        what: "flag still in production",
        differences: [{ pointer: "/enabled", before: true, after: false }],
      },
    ]);
    expect((await flags("enable still --dry-run")).out).toContain("nothing would change");
    for (const [line, text] of [
      ["create other --dry-run", "would change"],
      ["delete still --dry-run", "would delete flag still from production (boolean, enabled, 0 rules;"],
      [
        "delete still --everywhere --dry-run",
        "would delete flag still everywhere (boolean; in production with 0 rules;",
      ],
    ] as const)
      expect(await flags(line), line).toMatchObject({ code: 0, out: expect.stringContaining(text) });
    for (const line of ["disable nobody --dry-run", "delete nobody --dry-run", "set nobody --default on --dry-run"])
      expect((await flags(line)).code, line).toBe(1);
    expect(await version()).toBe(before);
  });
});
