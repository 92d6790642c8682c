import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { ORACLES } from "../../../../cli/import/oracles/index.ts";
import { EXPORTS, type Exported } from "../../../support/import/exports.ts";
import { type CliTest, startCliTest } from "../harness.ts";

const MODULES = resolve(import.meta.dirname, "../../../../node_modules");
const LINE = "--verify contexts.jsonl";

const jsonLines = (lines: readonly unknown[]): string => `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;

describe("burgee import --verify", () => {
  let t: CliTest;
  const write = async ({ source, contexts }: Exported): Promise<void> => {
    await t.write("source.json", JSON.stringify(source));
    await t.write("contexts.jsonl", jsonLines(contexts));
  };

  beforeAll(async () => {
    t = await startCliTest();
    await symlink(MODULES, join(t.folder, "node_modules"));
  });
  afterAll(() => t?.close());

  test("has an export to compare for each system with an SDK", ({ expect }) => {
    expect(Object.keys(EXPORTS).sort()).toEqual(Object.keys(ORACLES).sort());
  });

  test.for(Object.entries(EXPORTS))(
    "%s: its own SDK and the imported flags agree",
    async ([system, one], { expect }) => {
      await write(one);
      const { sdk = "javascript" } = one as Exported;
      const { code, json, err } = await t.run(`import ${system} source.json ${LINE} --sdk ${sdk} --json`);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const { contexts, flags, theirs } = json;
      expect(contexts).toBe(one.contexts.length);
      expect(theirs).toMatch(/^\S+ \d+\.\d+\.\d+$/);
      expect(flags.length).toBeGreaterThan(0);
      expect(flags.filter((flag: { different: number }) => flag.different > 0)).toEqual([]);
    },
  );

  test("shows each flag with a difference and its first one, and exits with 3", async ({ expect }) => {
    // The suite has texts that only begin with a number, whose remainder is approximate.
    await write(EXPORTS.flagsmith);
    const { code, out } = await t.run(`import flagsmith source.json ${LINE} --approximate`);
    expect(code).toBe(3);
    expect(out.split("\n").slice(0, 3)).toEqual([
      "FLAG            COMPARED  DIFFERENT  LINE  THEIRS                         OURS",
      'modulo          200       1          67    {"enabled":true,"value":"on"}  {"enabled":false,"value":"off"}',
      'modulo-decimal  200       2          19    {"enabled":true,"value":"on"}  {"enabled":false,"value":"off"}',
    ]);
    expect(out).toMatch(/200 contexts, compared with flagsmith-nodejs \S+: 55 without a difference, 2 different\n$/);
  });

  test("LaunchDarkly: an archived flag is not compared, and the others are", async ({ expect }) => {
    const production = { on: true, salt: "s", fallthrough: { variation: 0 } };
    const flag = { variations: [{ value: true }], environments: { production } };
    await write({
      source: {
        items: [
          { ...flag, key: "now" },
          { ...flag, key: "old", archived: true },
        ],
      },
      contexts: [{ kind: "user", key: "u" }],
    });
    const { code, json } = await t.run(`import launchdarkly source.json ${LINE} --json`);
    expect(code).toBe(0);
    expect(json.flags).toMatchObject([{ flag: "now", compared: 1, different: 0 }]);
    expect(json.notCompared).toMatchObject([{ flag: "old", reason: expect.stringContaining("it is archived") }]);
  });

  test("names the flag that the SDK cannot evaluate", async ({ expect }) => {
    const constraints = [{ contextName: "plan", operator: "STR_CONTAINS" }];
    const strategies = [{ name: "default", constraints }];
    await write({ source: { features: [{ name: "one", enabled: true, strategies }] }, contexts: [{ userId: "u" }] });
    const { code, err } = await t.run(`import unleash source.json ${LINE}`);
    expect(code).toBe(2);
    expect(err).toContain('contexts.jsonl:1: unleash cannot evaluate the context: flag "one": ');
  });

  test("says that Flipt's package evaluates only as its client does", async ({ expect }) => {
    await write(EXPORTS.flipt);
    const { code, err } = await t.run(`import flipt source.json ${LINE}`);
    expect(code).toBe(2);
    expect(err).toContain("--sdk client");
    expect(err).toContain("--results <file>");
  });

  test("lists flags that are not imported as not compared, and exits with 0", async ({ expect }) => {
    await write(EXPORTS.flagsmith);
    const { code, json } = await t.run(`import flagsmith source.json ${LINE} --json`);
    expect(code).toBe(0);
    expect(json.notCompared.map(({ flag }: { flag: string }) => flag)).toEqual(["modulo", "modulo-decimal"]);
    expect(json.notCompared[0].reason).toMatch(/^approximate: /);
  });

  test("exits with 3 if there is nothing to compare", async ({ expect }) => {
    const features = [{ name: "own", enabled: true, strategies: [{ name: "custom" }] }];
    await write({ source: { features }, contexts: [{ userId: "user-1" }] });
    const { code, out } = await t.run(`import unleash source.json ${LINE}`);
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining("0 different, 1 not compared") });
  });

  test("writes a project file only if there is no difference", async ({ expect }) => {
    await write(EXPORTS.flagsmith);
    const { code } = await t.run(`import flagsmith source.json ${LINE} --approximate --out different.yaml`);
    expect(code).toBe(3);
    await expect(t.read("different.yaml")).rejects.toThrow("ENOENT");
    await write(EXPORTS.unleash);
    const same = await t.run(`import unleash source.json ${LINE} --out same.yaml`);
    expect(same).toMatchObject({ code: 0, err: expect.stringContaining("1 flags of unleash: 1 exact") });
    expect(await t.read("same.yaml")).toContain("half");
  });

  test("draws a progress bar on a terminal only", async ({ expect }) => {
    await write(EXPORTS.unleash);
    const line = `import unleash source.json ${LINE}`;
    expect((await t.run(line, { isInteractive: true })).drawn).toContain("40/40 contexts");
    expect((await t.run(line)).drawn).toBe("");
    expect((await t.run(`${line} --quiet`, { isInteractive: true })).drawn).toBe("");
  });

  test.for([
    { name: "no JSON", line: '{"userId":', text: "contexts.jsonl:2: the line is not JSON: " },
    { name: "a list", line: "[1]", text: "contexts.jsonl:2: the line must be a JSON object" },
    { name: "an empty line", line: "", text: "contexts.jsonl:2: the line is not JSON: " },
  ])("names the line that is $name", async ({ line, text }, { expect }) => {
    await write(EXPORTS.unleash);
    await t.write("contexts.jsonl", `{"userId":"user-1"}\n${line}\n{"userId":"user-2"}\n`);
    const { code, err, out } = await t.run(`import unleash source.json ${LINE}`);
    expect({ code, err, out }).toEqual({ code: 2, err: expect.stringContaining(text), out: "" });
  });

  test("names the line whose context the SDK refuses", async ({ expect }) => {
    await write({ source: EXPORTS.flagsmith.source, contexts: [{ identifier: "user-1" }, { identifier: "" }] });
    const { code, err } = await t.run(`import flagsmith source.json ${LINE}`);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/contexts\.jsonl:2: flagsmith cannot evaluate the context: .*identifier/),
    });
  });

  describe("with recorded results", () => {
    test("compares the parts that a result has, for the flags that it has", async ({ expect }) => {
      // Unleash gives "half" to user-2 and not to user-1.
      const contexts = ["user-1", "user-2", "user-2", "user-2"].map((userId) => ({ userId }));
      await write({ source: EXPORTS.unleash.source, contexts });
      const right = { half: { feature_enabled: true, recordedBy: "python" } };
      await t.write("theirs.jsonl", jsonLines([{ half: false }, right, { half: false }, { other: false }]));
      const { code, json } = await t.run(`import unleash source.json ${LINE} --results theirs.jsonl --json`);
      const example = { line: 3, theirs: { feature_enabled: false }, ours: { feature_enabled: true } };
      expect({ code, json }).toEqual({
        code: 3,
        json: {
          system: "unleash",
          theirs: "theirs.jsonl",
          contexts: 4,
          flags: [{ flag: "half", compared: 3, different: 1, example }],
          notCompared: [],
        },
      });
    });

    test("works for a system without an SDK for Node.js, whose message says so", async ({ expect }) => {
      const fields = { name: "beta", everyone: true, superusers: false };
      await write({ source: [{ model: "waffle.flag", fields }], contexts: [{ user: { pk: 1 } }] });
      const { code, err } = await t.run(`import waffle source.json ${LINE}`);
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringMatching(/waffle has no SDK for Node\.js.*--results/),
      });
      await t.write("theirs.jsonl", jsonLines([{ beta: true }]));
      expect((await t.run(`import waffle source.json ${LINE} --results theirs.jsonl`)).code).toBe(0);
      await t.write("theirs.jsonl", jsonLines([{ beta: false }]));
      expect((await t.run(`import waffle source.json ${LINE} --results theirs.jsonl`)).code).toBe(3);
    });

    test("needs a result for each context", async ({ expect }) => {
      await write(EXPORTS.unleash);
      await t.write("theirs.jsonl", jsonLines([{ half: true }]));
      const { code, err } = await t.run(`import unleash source.json ${LINE} --results theirs.jsonl`);
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringContaining("theirs.jsonl has 1 lines and contexts.jsonl has 40"),
      });
      expect((await t.run("import unleash source.json --results theirs.jsonl")).err).toContain(
        "only applies to --verify",
      );
    });
  });
});

describe("burgee import --verify without the SDK", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t?.close());

  test("names the package, the version and the command that installs it", async ({ expect }) => {
    await t.write("source.json", JSON.stringify(EXPORTS.growthbook.source));
    await t.write("contexts.jsonl", jsonLines(EXPORTS.growthbook.contexts));
    const { code, err } = await t.run(`import growthbook source.json ${LINE}`);
    expect(code).toBe(2);
    expect(err).toMatch(/`npm install --no-save @growthbook\/growthbook@\^\d+\.\d+\.\d+`/);
    expect(err).toContain(t.folder);
  });
});
