import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const KEYS = ["team/checkout", "naïve-flag", "機能", "a:b=c&d;e+f", `x"y'z<w>`, "[a](b){c}|d^e`f$g!h", "😀"];

describe("the command line with keys of any text", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("override allow -e production");
    for (const key of KEYS) {
      const { code, err } = await t.run(["flags", "create", key, "-e", "production"]);
      if (code !== 0) throw new Error(err);
    }
  });
  afterAll(() => t.close());

  test.for(KEYS)("shows, changes, evaluates, explains, overrides and purges %s", async (key, { expect }) => {
    const run = async (...args: string[]) => {
      const ran = await t.run([...args, "-e", "production"]);
      expect(ran.code, ran.err).toBe(0);
      return ran.out;
    };
    expect(JSON.parse(await run("flags", "get", key))).toMatchObject({ key });
    expect(await run("flags", "set", key, "--rollout", "on=25,off=75")).toContain(key);
    expect(await run("flags", "list")).toContain(key);
    const context = ["-t", "user-1"];
    expect(await run("evaluate", key, ...context)).toContain("SPLIT");
    expect(await run("explain", key, ...context)).toContain("default");
    expect(await run("override", "create", "--flag", `${key}=on`)).toMatch(/^bgo_/);
    expect(await run("cache", "purge", "--flag", key)).toContain(key);
    expect(await run("audit", "list", "--key", key)).toContain(key);
  });

  test("an exported project is applied unchanged, with keys, names and values of any text", async ({ expect }) => {
    const body = {
      key: "json/flag",
      type: "json",
      variants: { "v:blue": "blue", "=": 1, 無: null, list: [null, { a: null }] },
      enabled: true,
      offVariant: "無",
      default: { variant: "v:blue" },
      rules: [{ id: "règle/1", when: { flag: "機能", variants: ["on"] }, serve: { variant: "=" } }],
    };
    await t.write("json.yaml", JSON.stringify(body));
    const made = await t.run(`flags create json/flag -e production --file ${t.folder}/json.yaml`);
    expect(made.code, made.err).toBe(0);
    await t.run(["export", `${t.folder}/project.yaml`]);
    const text = await t.read("project.yaml");
    for (const key of KEYS) expect(text).toContain(key.includes('"') ? "z<w>" : key);
    const same = await t.run(["apply", `${t.folder}/project.yaml`, "--dry-run"]);
    expect(same.code, same.err).toBe(0);
    await t.run("flags delete json/flag -e production");
    const applied = await t.run(["apply", `${t.folder}/project.yaml`]);
    expect(applied.code, applied.err).toBe(0);
    expect(JSON.parse((await t.run("flags get json/flag -e production")).out)).toMatchObject(body);
  });

  test("a variant of null is refused where a patch would remove the variant", async ({ expect }) => {
    const create = ["flags", "create", "nothing", "-e", "production", "--type", "json", "--default", "none"];
    expect((await t.run([...create, "--variant", "none=null", 'text="a"'])).code).toBe(0);
    const refused = await t.run(["flags", "set", "nothing", "-e", "production", "--variant", "other=null"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("with --file");
    const mistyped = await t.run(["flags", "set", "nothing", "-e", "production", "--variant", "other=a"]);
    expect(mistyped.err).toContain("must be of type json");
  });

  test("bash reads a completed key as one word, and runs nothing in it", async ({ expect }) => {
    const { out } = await t.run(["complete", "bash", "--", "flags", "get", "-e", "production", ""]);
    const words = execFileSync("bash", ["-c", `printf '%s\\n' ${out.trim().replaceAll("\n", " ")}`], {
      encoding: "utf8",
    });
    expect(words.split("\n").slice(0, -1).toSorted()).toEqual(expect.arrayContaining(KEYS.toSorted()));
  });
});
