import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { randomIds } from "../../support/hashing/oracle.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { startSplit } from "../../support/import/split-sdk.ts";

const FLAGS = 200;
const CONTEXTS = 10_000;
const { number: random, below, pick, picks } = drawsOf(12);

const ids = randomIds(300);
const TEXTS = ["a", "ab", "b", "ba", "Ab", "", "1", "5", "true", "FALSE", "1.2.3", "1.2.3-rc.1", "2.0.0+b1", "é"];
const NUMBERS = [-1, 0, 1, 2.5, 5, 1_700_000_000_000, 1_700_000_030_000, 1_700_086_400_000];
const VERSIONS = ["1.2.3", "1.2.3-rc.1", "1.10.0", "2.0.0+b1", "2"];
const VALUES = [...TEXTS, ...NUMBERS, true, false, null, undefined];
const LISTS = [[], ["a"], ["b", "a"], ["ab", "1"], ["a", "a"]];

function matcher(names: readonly string[]): object {
  const list = { whitelistMatcherData: { whitelist: picks(TEXTS, 1 + below(3)) } };
  const versions = { whitelistMatcherData: { whitelist: picks(VERSIONS, 2) } };
  const dataType = pick(["NUMBER", "DATETIME"]);
  const number = { unaryNumericMatcherData: { dataType, value: pick(NUMBERS) } };
  const [start, end] = [pick(NUMBERS), pick(NUMBERS)];
  const version = { stringMatcherData: pick(VERSIONS) };
  const segment = { userDefinedSegmentMatcherData: { segmentName: pick(["beta", "staff"]) } };
  const rules = { userDefinedSegmentMatcherData: { segmentName: pick(["rules", "gone"]) } };
  const dependency = { split: pick(["gone", ...names]), treatments: picks(["on", "off", "control"], 2) };
  const [matcherType, data] = pick<[string, object]>([
    ["ALL_KEYS", {}],
    ["WHITELIST", list],
    ["STARTS_WITH", list],
    ["ENDS_WITH", list],
    ["CONTAINS_STRING", list],
    ["CONTAINS_ANY_OF_SET", list],
    ["CONTAINS_ALL_OF_SET", list],
    ["MATCHES_STRING", { stringMatcherData: pick(["^a", "b$", "[0-9]", "("]) }],
    ["EQUAL_TO", number],
    ["GREATER_THAN_OR_EQUAL_TO", number],
    ["LESS_THAN_OR_EQUAL_TO", number],
    ["BETWEEN", { betweenMatcherData: { dataType, start, end } }],
    ["EQUAL_TO_BOOLEAN", { booleanMatcherData: random() < 0.5 }],
    ["EQUAL_TO_SEMVER", version],
    ["GREATER_THAN_OR_EQUAL_TO_SEMVER", version],
    ["LESS_THAN_OR_EQUAL_TO_SEMVER", version],
    ["BETWEEN_SEMVER", { betweenStringMatcherData: { start: pick(VERSIONS), end: pick(VERSIONS) } }],
    ["IN_LIST_SEMVER", versions],
    ["IN_SEGMENT", segment],
    ["IN_RULE_BASED_SEGMENT", rules],
    ["IN_SPLIT_TREATMENT", { dependencyMatcherData: dependency }],
  ]);
  const isSet = matcherType.endsWith("_SET");
  const isOfKey = ["IN_SPLIT_TREATMENT", "IN_RULE_BASED_SEGMENT"].includes(matcherType);
  const attribute = !isOfKey && random() < 0.8 ? pick(isSet ? ["x", "list"] : ["x", "y"]) : null;
  return { matcherType, negate: random() < 0.3, keySelector: { trafficType: "user", attribute }, ...data };
}

function condition(names: readonly string[]): object {
  const cut = below(101);
  return {
    conditionType: pick(["ROLLOUT", "WHITELIST"]),
    label: "",
    matcherGroup: { combiner: "AND", matchers: Array.from({ length: 1 + below(2) }, () => matcher(names)) },
    partitions: [
      { treatment: "on", size: cut },
      { treatment: "off", size: 100 - cut },
    ],
  };
}

function flag(name: string, names: readonly string[]): { name: string } & Record<string, unknown> {
  const [parent] = names;
  return {
    name,
    trafficTypeName: "user",
    seed: below(2 ** 32) - 2 ** 31,
    trafficAllocation: pick([100, 100, 60, 0]),
    trafficAllocationSeed: below(2 ** 32) - 2 ** 31,
    status: "ACTIVE",
    killed: random() < 0.05,
    defaultTreatment: pick(["off", "other"]),
    changeNumber: 1,
    algo: 2,
    configurations: random() < 0.3 ? { on: '{"size":1}' } : {},
    ...(parent !== undefined && random() < 0.2 && { prerequisites: [{ n: pick(names), ts: [pick(["on", "off"])] }] }),
    conditions: Array.from({ length: 1 + below(4) }, () => condition(names)),
  };
}

test("split: random flags agree with the SDK in 10,000 contexts", async () => {
  const flags: ReturnType<typeof flag>[] = [];
  for (let i = 0; i < FLAGS; i++) {
    const names = flags.map(({ name }) => name);
    flags.push(flag(`flag-${i}`, names.slice(-10)));
  }
  const startsWithA = {
    matcherType: "STARTS_WITH",
    negate: false,
    keySelector: { trafficType: "user", attribute: "x" },
    whitelistMatcherData: { whitelist: ["a"] },
  };
  const group = { combiner: "AND", matchers: [startsWithA] };
  const rules = {
    name: "rules",
    status: "ACTIVE",
    changeNumber: 1,
    trafficTypeName: "user",
    excluded: { keys: ids.slice(50, 80), segments: [{ type: "standard", name: "staff" }] },
    conditions: [{ conditionType: "WHITELIST", matcherGroup: group }],
  };
  const segments = { beta: ids.slice(0, 150), staff: ids.slice(100, 200) };
  const definitions = { ff: { d: flags }, rbs: { d: [rules] }, segments };

  await prepareToCompileAny();
  const project = importProject("split", definitions);
  const refused = project.report.entries.filter(({ outcome }) => outcome === "not importable");
  expect(refused.map(({ key, notes }) => [key, notes])).toEqual([]);

  const evaluate = evaluatorOf(project);
  const sdk = await startSplit(definitions);
  const found: unknown[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < CONTEXTS && found.length < 10; i++) {
    const key = random() < 0.8 ? pick(ids) : { matchingKey: pick(ids), bucketingKey: pick(ids) };
    const attributes = { x: pick(VALUES), y: pick(VALUES), list: pick(LISTS) };
    const context = project.toContext({ key, attributes });
    for (const { name } of picks(flags, 10)) {
      const theirs = sdk.treatment(key, name, attributes);
      const ours = project.fromResolution(evaluate(name, context), name);
      seen.add(theirs.treatment);
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) found.push({ name, key, attributes, ours, theirs });
    }
  }
  await sdk.close();
  expect(found).toEqual([]);
  expect([...seen].sort((a, b) => (a < b ? -1 : 1))).toEqual(["off", "on", "other"]);
});
