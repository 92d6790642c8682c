import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { EXPORTS } from "../../../support/import/exports.ts";
import { type CliTest, type RunOptions, startCliTest } from "../harness.ts";

const MODULES = resolve(import.meta.dirname, "../../../../node_modules");
const jsonLines = (lines: readonly unknown[]): string => `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;

describe("burgee shadow", () => {
  let t: CliTest;
  const shadow = (words = "", { env, ...options }: RunOptions = {}) =>
    t.run(`shadow unleash source.json --contexts contexts.jsonl ${words}`.trim(), {
      env: { BURGEE_URL: "http://edge.test", BURGEE_KEY: t.project.serverKey, ...env },
      ...options,
    });

  beforeAll(async () => {
    t = await startCliTest();
    await symlink(MODULES, join(t.folder, "node_modules"));
    await t.write("source.json", JSON.stringify(EXPORTS.unleash.source));
    await t.write("contexts.jsonl", jsonLines(EXPORTS.unleash.contexts));
  });
  afterAll(() => t?.close());

  test("exits with 3 and names the flags that the deployment does not serve", async ({ expect }) => {
    const { code, json } = await shadow("--json");
    const reason = "the deployment does not serve it to the key in BURGEE_KEY";
    expect({ code, notCompared: json.notCompared }).toEqual({ code: 3, notCompared: [{ flag: "half", reason }] });
  });

  describe("after the import", () => {
    beforeAll(async () => {
      await t.run("import unleash source.json --apply -e production");
    });

    test("finds no difference, and sends one request for each context", async ({ expect }) => {
      const { code, out, err } = await shadow();
      expect({ code, out, err }).toEqual({
        code: 0,
        out: expect.stringMatching(
          /^40 contexts, compared with unleash-client \S+: 1 without a difference, 0 different\n$/,
        ),
        err: "",
      });
    });

    test("sends no more requests at the same time than --concurrency allows", async ({ expect }) => {
      const inner = { open: 0, most: 0, sent: 0 };
      const fetch: typeof globalThis.fetch = async () => {
        inner.most = Math.max(inner.most, ++inner.open);
        inner.sent++;
        await new Promise((done) => setImmediate(done));
        inner.open--;
        return Response.json({ flags: [{ key: "half", value: true, reason: "SPLIT", variant: "on", metadata: {} }] });
      };
      const { json, drawn } = await shadow("--concurrency 3 --json", { fetch });
      expect({ most: inner.most, sent: inner.sent, drawn }).toEqual({ most: 3, sent: 40, drawn: "" });
      expect(json.flags[0].different).toBeGreaterThan(0);
      expect((await shadow("", { fetch, isInteractive: true })).drawn).toContain("40/40 contexts");
      expect((await shadow("--concurrency 65", { fetch })).err).toContain("from 1 to 64");
    });

    test("shows the first difference, whichever response comes first", async ({ expect }) => {
      await t.run("flags disable half -e production");
      const { code, json } = await shadow("--json");
      const [{ different, example }] = json.flags;
      // Unleash gives "half" to user-2, the first of those with the plan "free" in its half.
      const ours = { enabled: false, feature_enabled: false, name: "disabled" };
      expect({ code, line: example.line, ours: example.ours }).toEqual({ code: 3, line: 3, ours });
      expect(different).toBeGreaterThan(1);
      await t.run("flags enable half -e production");
    });

    test("compares recorded results", async ({ expect }) => {
      await t.write("theirs.jsonl", jsonLines(EXPORTS.unleash.contexts.map((_, i) => (i === 1 ? { half: true } : {}))));
      const { code, json } = await shadow("--results theirs.jsonl --json");
      expect({ code, flag: json.flags[0] }).toEqual({
        code: 3,
        flag: {
          flag: "half",
          compared: 1,
          different: 1,
          example: { line: 2, theirs: { feature_enabled: true }, ours: { feature_enabled: false } },
        },
      });
    });

    test("takes a response without a variant as the caller's default, and compares errors", async ({ expect }) => {
      const flag = { variations: { a: "a", b: "b" }, defaultRule: { variation: "a" } };
      await t.write("goff.json", JSON.stringify({ half: flag }));
      await t.write("two.jsonl", jsonLines([{ targetingKey: "a" }, { targetingKey: "b" }]));
      const theirs = { value: "a", errorCode: null };
      await t.write("theirs.jsonl", jsonLines([{ half: { variationType: "SdkDefault" } }, { half: theirs }]));
      const responses = [
        { key: "half", reason: "DEFAULT", variant: "", metadata: {} },
        { key: "half", errorCode: "PARSE_ERROR", errorDetails: "no" },
      ];
      const fetch = async () => Response.json({ flags: [responses.shift()] });
      const line = "shadow goff goff.json --contexts two.jsonl --results theirs.jsonl --concurrency 1";
      const env = { BURGEE_URL: "http://edge.test", BURGEE_KEY: t.project.serverKey };
      const { json } = await t.run(`${line} --json`, { env, fetch });
      const example = { line: 2, theirs, ours: { errorCode: "PARSE_ERROR" } };
      expect(json.flags).toEqual([{ flag: "half", compared: 2, different: 1, example }]);
    });

    test("names the line whose context the deployment refuses", async ({ expect }) => {
      await t.write("contexts.jsonl", jsonLines([{ userId: "user-1" }, { properties: { text: "x".repeat(70_000) } }]));
      const { code, err } = await shadow();
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringContaining("contexts.jsonl:2: the deployment refuses the context: "),
      });
      await t.write("contexts.jsonl", jsonLines(EXPORTS.unleash.contexts));
    });
  });

  test.for([
    { name: "missing", key: "", code: 2, text: "set BURGEE_KEY to a server key" },
    { name: "malformed", key: "two words", code: 2, text: "BURGEE_KEY must be one word" },
    { name: "wrong", key: "wrong-key", code: 1, text: "the deployment refuses BURGEE_KEY" },
  ])("says what to do if the key is $name", async ({ key, code, text }, { expect }) => {
    const ran = await shadow("", { env: { BURGEE_KEY: key } });
    expect(ran).toMatchObject({ code, out: "", err: expect.stringContaining(text) });
    if (key !== "") expect(ran.err).not.toContain(key);
  });

  test("exits with 5 if the deployment does not respond", async ({ expect }) => {
    const fetch = async () => {
      throw new TypeError("fetch failed");
    };
    const { code, err } = await shadow("", { fetch });
    expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining("http://edge.test") });
  });

  test("names the systems and the form of a file that it cannot read", async ({ expect }) => {
    const unknown = await t.run("shadow unlesh source.json --contexts contexts.jsonl");
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "unleash"?') });
    await t.write("other.json", "[1]");
    const env = { BURGEE_URL: "http://edge.test", BURGEE_KEY: t.project.serverKey };
    const other = await t.run("shadow unleash other.json --contexts contexts.jsonl", { env });
    expect(other).toMatchObject({ code: 2, out: "" });
    expect(other.err.length).toBeGreaterThan(20);
  });
});
