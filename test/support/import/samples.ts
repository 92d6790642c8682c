import type { SystemName } from "../../../sdk/import/index.ts";
import { readJson, readLines } from "./suites.ts";

/** A source of one system, and how to find the keys of its flags. */
export interface Sample {
  system: SystemName;
  source: unknown;
  keysOf: (source: unknown) => string[];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value at the end of a path, or `undefined`. */
function at(value: unknown, ...steps: string[]): unknown {
  return steps.reduce<unknown>(
    (part, step) => (isFields(part) && Object.hasOwn(part, step) ? part[step] : undefined),
    value,
  );
}

/** Returns the keys of a list's elements, which are texts at the end of a path. */
const inList =
  (list: string[], ...key: string[]) =>
  (source: unknown): string[] => {
    const found = at(source, ...list);
    return Array.isArray(found) ? found.map((one) => at(one, ...key)).filter((one) => typeof one === "string") : [];
  };

const inNames =
  (...steps: string[]) =>
  (source: unknown): string[] => {
    const named = at(source, ...steps);
    return isFields(named) ? Object.keys(named) : [];
  };

const waffleKeys = (source: unknown): string[] =>
  inList(["rows"], "fields", "name")({ rows: Array.isArray(source) ? source.filter((row) => isWaffle(row)) : [] });

/** A row of another application's model is not a flag. */
function isWaffle(row: unknown): boolean {
  const model = at(row, "model");
  return typeof model !== "string" || model.startsWith("waffle.");
}

const POSTHOG = {
  flags: [
    {
      key: "plain",
      name: "Plain",
      active: true,
      filters: { groups: [{ properties: [{ key: "plan", value: ["pro"], type: "person" }], rollout_percentage: 40 }] },
    },
    {
      key: "variants",
      active: true,
      filters: {
        groups: [{ properties: [{ key: "id", type: "cohort", value: 1, operator: "in" }], variant: "a" }, {}],
        multivariate: {
          variants: [
            { key: "a", rollout_percentage: 30 },
            { key: "b", rollout_percentage: 70 },
          ],
        },
        payloads: { a: "1" },
      },
    },
    {
      key: "dependent",
      active: true,
      filters: {
        groups: [
          { properties: [{ key: "plain", type: "flag", operator: "flag_evaluates_to", value: true }] },
          { properties: [{ key: "seats", type: "group", operator: "gt", value: 5 }], aggregation_group_type_index: 0 },
        ],
        early_exit: true,
      },
    },
  ],
  group_type_mapping: { 0: "company" },
  cohorts: { 1: { type: "OR", values: [{ type: "AND", values: [{ key: "age", operator: "gte", value: 18 }] }] } },
};

const GROWTHBOOK = {
  features: {
    plain: { defaultValue: false, rules: [{ id: "r", force: true, coverage: 0.5, condition: { plan: "pro" } }] },
    experiment: {
      defaultValue: "a",
      rules: [
        {
          key: "exp",
          variations: ["a", "b"],
          weights: [0.5, 0.5],
          coverage: 0.8,
          hashVersion: 2,
          hashAttribute: "id",
          namespace: ["ns", 0, 0.5],
          filters: [{ seed: "f", ranges: [[0, 0.5]], hashVersion: 2, attribute: "id" }],
          meta: [{ key: "0", name: "Control" }, { key: "1" }],
        },
      ],
    },
    child: {
      defaultValue: 0,
      rules: [
        { parentConditions: [{ id: "plain", condition: { value: true }, gate: true }], force: 1 },
        { force: 2, range: [0, 0.3], seed: "s" },
        { force: 3, condition: { $or: [{ "a.b": { $gt: 3 } }, { tags: { $elemMatch: { $eq: "x" } } }] } },
        { force: 4, condition: { id: { $inGroup: "staff" }, v: { $vgte: "1.2.0" }, $not: { c: { $in: ["de"] } } } },
      ],
    },
  },
  savedGroups: { staff: ["u1"] },
};

/** Returns a source of each system. They are those of our own cases, where these have one. */
export function samples(): Sample[] {
  const launchDarkly = readLines<{ sdkData: { flags: object; segments?: object } }>(
    "launchdarkly/server-side-eval.jsonl",
  ).map(({ sdkData }) => sdkData);
  const unleash = readLines<{ state: { features: object[]; segments?: object[] } }>("unleash/specifications.jsonl");
  const eppo = readJson("eppo/flags.json");
  return [
    { system: "configcat", source: at(readJson("configcat/cases.json"), "config"), keysOf: inNames("f") },
    { system: "eppo", source: eppo, keysOf: inNames("flags") },
    {
      system: "datadog",
      source: { data: { id: "1", type: "universal-flag-configuration", attributes: eppo } },
      keysOf: inNames("data", "attributes", "flags"),
    },
    { system: "flagd", source: at(readJson("flagd/cases.json"), "source"), keysOf: inNames("flags") },
    {
      system: "flagsmith",
      source: at(readJson("flagsmith/cases.json"), "source"),
      keysOf: inList(["feature_states"], "feature", "name"),
    },
    { system: "growthbook", source: GROWTHBOOK, keysOf: inNames("features") },
    {
      system: "launchdarkly",
      source: {
        flags: Object.assign({}, ...launchDarkly.map(({ flags }) => flags)),
        segments: Object.assign({}, ...launchDarkly.map(({ segments = {} }) => segments)),
      },
      keysOf: inNames("flags"),
    },
    { system: "goff", source: at(readJson("goff/cases.json"), "flags"), keysOf: inNames() },
    {
      system: "msfm",
      source: at(readJson("msfm/cases.json"), "source"),
      keysOf: inList(["feature_management", "feature_flags"], "id"),
    },
    { system: "posthog", source: POSTHOG, keysOf: inList(["flags"], "key") },
    { system: "split", source: at(readJson("split/cases.json"), "definitions"), keysOf: inList(["ff", "d"], "name") },
    {
      system: "unleash",
      source: {
        features: unleash.flatMap(({ state }) => state.features ?? []),
        segments: unleash.flatMap(({ state }) => state.segments ?? []),
      },
      keysOf: inList(["features"], "name"),
    },
    {
      system: "featurevisor",
      source: at(readJson("featurevisor/cases.json"), "datafile"),
      keysOf: inNames("features"),
    },
    { system: "flipt", source: at(readJson("flipt/cases.json"), "document"), keysOf: inList(["flags"], "key") },
    { system: "waffle", source: at(readJson("waffle/cases.json"), "dump"), keysOf: waffleKeys },
  ];
}
