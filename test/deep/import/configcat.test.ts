import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { configCatOf, type ConfigCatUser } from "../../support/import/configcat.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { readJson } from "../../support/import/suites.ts";

await prepareToCompileAny();

test("the SDK agrees with all cases of the suite", async () => {
  const { config, cases } = readJson("configcat/cases.json") as {
    config: object;
    cases: Record<string, [user: ConfigCatUser | null, value: unknown][]>;
  };
  const sdk = await configCatOf(config);
  for (const [setting, users] of Object.entries(cases)) {
    const values = users.map(([user]) => [user, sdk.valueOf(setting, user ?? undefined) ?? null]);
    expect(values, setting).toEqual(users);
  }
  sdk.dispose();
});

const { number: random, below, pick, picks } = drawsOf(61);

const SALT = "sält";
const TEXTS = ["a", "ab", "abc", "é", "é日", "1", "1.5", "true", "", "NaN", "x@y.com"];
const VERSIONS = ["1.0.0", "1.2.3-rc.1", "1.2.3", "v2.0.0", "2.0.0+b", " 1.2.3", "10.0.0", "1.2", "x", ""];
const NUMBERS = ["1", "1,5", " 2 ", "0 ", "0x1", "1e3", "NaN", "-Infinity", "x", "", "1_0"];
const LISTS = [["a"], ["é日", "b"], [], ["a", "1"], '["a"]', '["x", "ab"]', "a", "[1]", 3];
const ATTRIBUTES = ["Email", "Country", "Identifier", "text", "list", "version", "number", "date"];

function hash(text: Buffer | string, salt: string): string {
  return createHash("sha256")
    .update(text)
    .update(SALT + salt)
    .digest("hex");
}

function hashedSlice(text: string, salt: string, isStart: boolean): string {
  const bytes = Buffer.from(text);
  const length = 1 + below(bytes.length);
  return `${length}_${hash(isStart ? bytes.subarray(0, length) : bytes.subarray(bytes.length - length), salt)}`;
}

function condition(salt: string): object {
  const c = below(36);
  const texts = picks(TEXTS, 1 + below(3));
  const named = texts.map((text) => text || "q");
  const text = pick(["Email", "Country", "Identifier", "text", "number", "date"]);
  if (c >= 4 && c <= 5) return { a: "version", c, l: picks(random() < 0.8 ? VERSIONS.slice(0, 7) : VERSIONS, 2) };
  if (c >= 6 && c <= 9) return { a: "version", c, s: pick(VERSIONS) };
  if (c >= 10 && c <= 15) return { a: pick(["number", "text"]), c, d: pick([0, 1, 1.5, 2, 1000]) };
  if (c === 18 || c === 19) return { a: pick(["date", "number"]), c, d: pick([1, 1_700_000_000]) };
  if (c === 26 || c === 27) return { a: "list", c, l: texts.map((one) => hash(one, salt)) };
  if (c === 34 || c === 35) return { a: "list", c, l: texts };
  if (c === 16 || c === 17) return { a: text, c, l: texts.map((one) => hash(one, salt)) };
  if (c === 20 || c === 21) return { a: text, c, s: hash(pick(TEXTS), salt) };
  if (c >= 22 && c <= 25) return { a: text, c, l: named.map((one) => hashedSlice(one, salt, c < 24)) };
  return c === 28 || c === 29 ? { a: text, c, s: pick(TEXTS) } : { a: text, c, l: texts };
}

let count = 0;
const served = (): object => ({ v: { i: below(4) }, i: `v${count++ % 7}` });

function options(): object[] {
  const first = below(101);
  const second = below(101 - first);
  const last = random() < 0.9 ? 100 - first - second : 0;
  return [first, second, last].map((p) => ({ p, ...served() }));
}

function setting(key: string, earlier: readonly string[]): object {
  const one = (): object => {
    const kind = random();
    if (kind < 0.2) return { s: { s: below(3), c: below(2) } };
    if (kind < 0.3 && earlier.length > 0) return { p: { f: pick(earlier), c: below(2), v: { i: below(4) } } };
    return { u: condition(key) };
  };
  const rule = (): object => ({
    c: Array.from({ length: 1 + below(2) }, one),
    ...(random() < 0.6 ? { s: served() } : { p: options() }),
  });
  return {
    t: 2,
    ...served(),
    r: Array.from({ length: below(4) }, rule),
    ...(random() < 0.4 && { p: options() }),
    ...(random() < 0.5 && { a: pick(ATTRIBUTES.filter((name) => name !== "version" && name !== "list")) }),
  };
}

function config(): { f: Record<string, object> } {
  const f: Record<string, object> = {};
  for (let i = 0; i < 10; i++) f[`setting-${i}`] = setting(`setting-${i}`, Object.keys(f));
  const s = ["one", "two words", "zwölf"].map((n) => ({
    n,
    r: Array.from({ length: 1 + below(3) }, () => condition(n)),
  }));
  return { p: { s: SALT }, f, s } as never;
}

function user(): ConfigCatUser | undefined {
  if (random() < 0.03) return undefined;
  const maybe = (name: string, values: readonly unknown[]): object => (random() < 0.8 ? { [name]: pick(values) } : {});
  return {
    ...(random() < 0.95 && { identifier: random() < 0.3 ? pick(TEXTS) : `user-${below(1_000_000)}` }),
    ...maybe("email", TEXTS),
    ...maybe("country", TEXTS),
    custom: {
      ...maybe("text", [...TEXTS, 1, 1.5, true, ["a", "b"], null]),
      ...maybe("list", LISTS),
      ...maybe("version", [...VERSIONS, 1]),
      ...maybe("number", [...NUMBERS, 0, 1, 1.5, 1e21, Infinity, NaN, true]),
      ...maybe("date", [...NUMBERS, new Date(1_699_999_999_500), 1_700_000_000, "1700000000.5"]),
    },
  };
}

test("random settings give 10,000 random users the values that the SDK gives", async () => {
  const found: unknown[] = [];
  let compared = 0;
  let imported = 0;
  const values = new Set<unknown>();
  for (let i = 0; i < 50; i++) {
    const source = config();
    const project = importProject("configcat", source);
    const exact = project.report.entries.filter(({ kind, outcome }) => kind === "flag" && outcome.startsWith("exact"));
    imported += exact.length;
    const evaluate = evaluatorOf(project);
    const sdk = await configCatOf(source);
    for (let j = 0; j < 200; j++) {
      const who = user();
      const context = project.toContext(who);
      for (const { key } of exact) {
        const theirs = sdk.valueOf(key, who);
        const ours = project.fromResolution(evaluate(key, context), key);
        values.add(theirs);
        compared++;
        if (ours !== theirs && found.length < 5) found.push({ setting: source.f[key], who, ours, theirs });
      }
    }
    sdk.dispose();
  }
  expect(found).toEqual([]);
  expect(values.size).toBe(5);
  expect(compared).toBe(imported * 200);
  // The rest has a prerequisite whose percentages are below 100.
  expect(imported).toBeGreaterThan(430);
});
