import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { type PostHogContext, postHogFlag, postHogOf, type PostHogSource } from "../../support/import/posthog.ts";
import { readJson } from "../../support/import/suites.ts";

await prepareToCompileAny();

const { number: random, below, pick } = drawsOf(15);

test("local evaluation agrees with all cases of the suite, or cannot decide", async () => {
  const { cases } = readJson("posthog/cases.json") as {
    cases: { filter: object; properties: Record<string, unknown>; matches: boolean }[];
  };
  const flags = cases.map(({ filter }, i) => postHogFlag(`case-${i}`, { groups: [{ properties: [filter] }] }));
  const sdk = await postHogOf({ flags, group_type_mapping: {}, cohorts: {} });
  for (const [i, { properties, matches }] of cases.entries()) {
    const context = { distinctId: "u", personProperties: properties, groups: {}, groupProperties: {} };
    expect((await sdk.valueOf(`case-${i}`, context)) ?? false, `case ${i}`).toBe(matches);
  }
  await sdk.close();
});

const VALUES: unknown[] = ["a", "AB", "abc", "true", "no", "1", "9.5", "12", "v1", "1.2"];
const PROPERTIES: unknown[] = [...VALUES, 0.5, 1.5, 12.25, true, false, null];
const VERSIONS = ["v1.2.3", "1.2", "2.0.0-rc.1", "1.2.3-a", "1.3.0", "0.2.5", "x", 1.2];
const DATES = ["2024-05-05", "2020-01-01T00:00:00Z", 1_714_903_200_000, "x", "2024-05-05T12:00:00+02:00"];
const TEXT = ["exact", "is_not", "icontains", "not_icontains", "starts_with", "not_starts_with", "ends_with"];
const OTHERS = ["not_ends_with", "regex", "not_regex", "gt", "gte", "lt", "lte", "is_set"];
const VERSION = ["eq", "neq", "gt", "gte", "lt", "lte", "tilde", "caret", "wildcard"].map((one) => `semver_${one}`);

function filter(): object {
  const key = pick(["p", "q", "r"]);
  const kind = random();
  if (kind < 0.15)
    return { key: "v", type: "person", operator: pick(VERSION), value: pick(["1.2.3", "1.2", "0.2", "2.0.0"]) };
  if (kind < 0.25) {
    const value = pick(["2024-01-01", "2024-05-05T10:00:00Z", "-3d", "-2w", "-5h"]);
    return { key: "d", type: "person", operator: pick(["is_date_before", "is_date_after"]), value };
  }
  const value = random() < 0.2 ? [pick(VALUES), pick(VALUES)] : pick(VALUES);
  const operator = pick(Array.isArray(value) ? ["exact", "is_not"] : [...TEXT, ...OTHERS]);
  return { key, type: "person", operator, value };
}

function releaseGroup(earlier: readonly string[]): object {
  const properties = Array.from({ length: below(3) }, () => {
    const kind = random();
    if (kind < 0.15) return { key: "id", type: "cohort", value: 1 + below(3), operator: pick(["in", "not_in"]) };
    const flag = pick(earlier);
    if (kind > 0.85 && flag !== undefined)
      return {
        key: flag,
        type: "flag",
        operator: "flag_evaluates_to",
        value: pick([true, "red"]),
        dependency_chain: [flag],
      };
    return filter();
  });
  return {
    properties,
    rollout_percentage: pick([null, 100, 0, 33.3, 50, 12.345678]),
    ...(random() < 0.2 && { variant: pick(["red", "blue", "none"]) }),
  };
}

function source(): PostHogSource {
  const keys: string[] = [];
  const flags = Array.from({ length: 10 }, (_, i) => {
    const key = `flag-${i}`;
    // A chain names all flags in between, so only flags without dependencies are depended on.
    const groups = Array.from({ length: 1 + below(3) }, () => releaseGroup(i < 4 ? [] : keys.slice(0, 4)));
    keys.push(key);
    const shares = pick([
      [50, 50],
      [33.3, 33.3],
      [10, 20.5],
    ]);
    const variants = ["red", "blue"].map((name, j) => ({ key: name, rollout_percentage: shares[j] }));
    return postHogFlag(
      key,
      {
        groups,
        ...(random() < 0.5 && { multivariate: { variants } }),
        ...(random() < 0.2 && { early_exit: true }),
        ...(random() < 0.2 && { aggregation_group_type_index: 0 }),
      },
      { ...(random() < 0.1 && { active: false }), ...(random() < 0.1 && { bucketing_identifier: "device_id" }) },
    );
  });
  const tree = (): object => ({
    type: pick(["AND", "OR"]),
    values: Array.from({ length: 1 + below(2) }, () => ({
      type: pick(["AND", "OR"]),
      values: [filter(), { ...filter(), negation: random() < 0.3 }],
    })),
  });
  const nested = { type: "OR", values: [{ key: "id", type: "cohort", value: 1 }, filter()] };
  return { flags, group_type_mapping: { "0": "company" }, cohorts: { 1: tree(), 2: tree(), 3: nested } };
}

function context(): PostHogContext {
  const properties = (): Record<string, unknown> => ({
    ...Object.fromEntries(["p", "q", "r"].filter(() => random() < 0.9).map((key) => [key, pick(PROPERTIES)])),
    ...(random() < 0.9 && { v: pick(VERSIONS) }),
    ...(random() < 0.9 && { d: pick(DATES) }),
  });
  return {
    distinctId: pick(["", "é", "用户"]) + below(1_000_000),
    personProperties: { ...properties(), ...(random() < 0.8 && { $device_id: `d${below(1000)}` }) },
    groups: random() < 0.8 ? { company: `c${below(1000)}` } : {},
    groupProperties: { company: properties() },
  };
}

test("random flags give 10,000 random contexts the values that local evaluation gives", async () => {
  const found: unknown[] = [];
  const values = new Set<unknown>();
  let compared = 0;
  for (let i = 0; i < 50; i++) {
    const definitions = source();
    const project = importProject("posthog", definitions);
    const exact = project.report.entries.filter(({ kind, outcome }) => kind === "flag" && outcome.startsWith("exact"));
    const evaluate = evaluatorOf(project, Date.now());
    const sdk = await postHogOf(definitions);
    for (let j = 0; j < 200; j++) {
      const theirContext = context();
      for (const { key } of exact) {
        const theirs = await sdk.valueOf(key, theirContext);
        if (theirs === undefined) continue;
        const ours = project.fromResolution(evaluate(key, project.toContext(theirContext)), key);
        values.add(theirs);
        compared++;
        if (ours !== theirs && found.length < 3)
          found.push({ flag: definitions.flags[Number(key.slice(5))], theirContext, ours, theirs });
      }
    }
    await sdk.close();
  }
  expect(found.map((one) => JSON.stringify(one))).toEqual([]);
  expect(values.size).toBe(4);
  expect(compared).toBeGreaterThan(50_000);
});
