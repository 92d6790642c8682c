import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { mergeSources, parseSource } from "../../../../sdk/project/source.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  flag: string;
  request: unknown;
  client: boolean;
  server: boolean;
  expected: unknown;
}

const suite = readJson("flipt/cases.json") as { document: object; constraints: Case[]; cases: Case[] };

await prepareToCompileAny();

describe.each(["client", "server"] as const)("Flipt's %s", (sdk) => {
  const project = importProject("flipt", suite.document, { sdk });
  const evaluate = evaluatorOf(project);
  const resultOf = ({ flag, request }: Case) =>
    project.fromResolution(evaluate(flag, project.toContext(request)), flag);

  for (const one of suite.constraints)
    it(one.title, () => {
      expect(resultOf(one)).toMatchObject({ enabled: one[sdk] });
    });

  for (const one of suite.cases)
    it(one.title, () => {
      expect(resultOf(one)).toEqual(one.expected);
    });

  it("imports everything in the cases' document exactly", () => {
    expect(suite.cases.length + suite.constraints.length).toBeGreaterThanOrEqual(250);
    expect(project.report.entries.filter(({ outcome }) => !outcome.startsWith("exact"))).toEqual([]);
  });
});

const EVERYONE = { key: "everyone", match_type: "ALL_MATCH_TYPE" };

function document(flag: object, segments: object[] = [EVERYONE], others: object = {}): object {
  return { flags: [{ key: "f", enabled: true, ...flag }], segments, ...others };
}

function constrained(constraint: object): object {
  return document({}, [{ key: "s", constraints: [{ property: "p", type: "STRING_COMPARISON_TYPE", ...constraint }] }]);
}

const boolean = (rollout: object): object => document({ type: "BOOLEAN_FLAG_TYPE", rollouts: [rollout] });
const variants = [{ key: "a" }, { key: "b" }];
const ruled = (...rules: object[]): object => document({ variants, rules });
const shares = (...rollouts: number[]): object => ({
  segment: "everyone",
  distributions: rollouts.map((rollout, i) => ({ variant: variants[i]?.key, rollout })),
});

function entryOf(source: unknown, options: object = {}) {
  const [entry] = importProject("flipt", source, options).report.entries.filter(({ outcome }) => outcome !== "exact");
  return { outcome: entry?.outcome ?? "exact", place: entry?.notes[0]?.place, text: entry?.notes[0]?.text };
}

describe("the report of an import from Flipt", () => {
  it.each<[string, object, string, string]>([
    ["an unknown type of a flag", document({ type: "JSON_FLAG_TYPE" }), "/flags/0/type", "JSON_FLAG_TYPE"],
    ["an unknown operator", constrained({ operator: "near" }), "/segments/0/constraints/0/operator", "near"],
    [
      "an unknown type of a constraint",
      constrained({ type: "IP", operator: "eq" }),
      "/segments/0/constraints/0/type",
      "IP",
    ],
    [
      "a reserved property",
      constrained({ property: "request", operator: "eq" }),
      "/segments/0/constraints/0/property",
      "meaning",
    ],
    [
      "a property without a name",
      constrained({ property: "", operator: "eq" }),
      "/segments/0/constraints/0/property",
      "no name",
    ],
    ["an unknown match type", document({}, [{ key: "s", match_type: "NONE" }]), "/segments/0/match_type", "NONE"],
    ["a missing segment", ruled({ segment: "gone" }), "/flags/0/rules/0/segment", '"gone"'],
    [
      "an unknown segment operator",
      ruled({ segment: { keys: ["everyone"], operator: "XOR" } }),
      "/flags/0/rules/0/segment",
      "XOR",
    ],
    [
      "a snapshot for the client",
      ruled({ segments: [{ key: "everyone", constraints: [] }] }),
      "/flags/0/rules/0/segments",
      "flipt export",
    ],
    [
      "a missing variant",
      ruled({ segment: "everyone", distributions: [{ variant: "z", rollout: 100 }] }),
      "/flags/0/rules/0/distributions",
      '"z"',
    ],
    [
      "a share as text",
      ruled({ segment: "everyone", distributions: [{ variant: "a", rollout: "50" }] }),
      "/flags/0/rules/0/distributions/0/rollout",
      "number",
    ],
    [
      "a threshold as text",
      boolean({ threshold: { percentage: "50" } }),
      "/flags/0/rollouts/0/threshold/percentage",
      "number",
    ],
    ["two flags with one key", { flags: [{ key: "f" }, { key: "f", enabled: true }] }, "/flags/0", "/flags/1"],
    ["two segments with one key", { segments: [EVERYONE, EVERYONE] }, "/segments/0", "/segments/1"],
  ])("%s is not importable", (_, source, place, text) => {
    const entry = entryOf(source);
    expect(entry).toMatchObject({ outcome: "not importable", place });
    expect(entry.text).toContain(text);
  });

  it.each<[string, object, string]>([
    ["metadata of other types", document({ metadata: { owner: "web", list: [1], share: 0.5 } }), "metadata/list"],
    ["a name of a variant", document({ variants: [{ key: "a", name: "Variant A" }] }), "variants/0"],
    ["a description of a constraint", constrained({ operator: "eq", value: "x", description: "why" }), "constraints/0"],
    ["a value that nothing matches", constrained({ operator: "isoneof", value: "a,b" }), "constraints/0/value"],
    ["a rollout of neither kind", boolean({ description: "?" }), "rollouts/0"],
    ["a date", constrained({ type: "DATETIME_COMPARISON_TYPE", operator: "eq", value: "2024-05-05" }), "constraints/0"],
  ])("%s is noted, and the import stays exact", (_, source, place) => {
    const entry = entryOf(source);
    expect(entry.outcome).toBe("exact with a note");
    expect(entry.place).toContain(place);
  });

  it.each([{ sdk: "clinet" }, { hashVersion: 3 }])("the wrong option %o is named with what it can be", (options) => {
    const entry = entryOf(document({}), options);
    expect(entry).toMatchObject({ outcome: "not importable", place: "/flags/0" });
    expect(entry.text).toMatch(/can be (server or client|1 or 2)/);
  });

  it("shares that versions of Flipt split differently are approximate without --hash-version", () => {
    const source = ruled(shares(33.39, 66.61));
    expect(entryOf(source)).toMatchObject({ outcome: "approximate", place: "/flags/0/rules/0/distributions" });
    const weights = ([1, 2] as const).map(
      (hashVersion) => importProject("flipt", source, { hashVersion }).flags[0]?.rules,
    );
    const rollout = (list: [string, number][]) => ({ serve: { rollout: { total: 1000, weights: list } } });
    const old = [rollout([["a", 333], ["b", 666]]), { id: "rule-1.rest", serve: { variant: null } }]; // prettier-ignore
    expect(weights).toMatchObject([old, [rollout([["a", 334], ["b", 666]])]]); // prettier-ignore
    expect(entryOf(ruled(shares(25.5, 74.5))).outcome).toBe("exact");
  });

  it("ranks that are not in the order of the list are approximate", () => {
    const rules = [{ segment: "everyone", rank: 2 }, { segment: "everyone", rank: 1 }]; // prettier-ignore
    expect(entryOf(ruled(...rules))).toMatchObject({ outcome: "approximate", place: "/flags/0/rules/1/rank" });
  });

  it("keeps names, descriptions, metadata and the order of rules", () => {
    const rollouts = [
      { id: "12", description: "Half of them", threshold: { percentage: 50, value: true } },
      { segment: { key: "everyone", value: false } },
    ];
    const flag = { name: "New search", description: "The search page", metadata: { team: "web", size: 3 } };
    const segment = { key: "everyone", name: "Everyone", description: "No constraints" };
    const project = importProject("flipt", document({ ...flag, type: "BOOLEAN_FLAG_TYPE", rollouts }, [segment]));
    expect(project.flags[0]).toMatchObject({
      description: "New search: The search page",
      metadata: { team: "web", size: 3 },
      rules: [
        { id: "12", description: "Half of them" },
        { id: "rollout-2", when: { segment: "everyone" } },
      ],
    });
    expect(project.segments[0]).toMatchObject({ name: "Everyone", description: "No constraints" });
  });

  it("reads every form of a rule's segments", () => {
    const forms = [
      { segment: "everyone" },
      { segment: { key: "everyone" } },
      { segment: ["everyone"] },
      { segment: { keys: ["everyone"] } },
      { segments: ["everyone"], operator: "AND_SEGMENT_OPERATOR" },
    ];
    const { flags } = importProject("flipt", ruled(...forms));
    expect(flags[0]?.rules.map(({ when }) => when)).toEqual(forms.map(() => ({ segment: "everyone" })));
  });

  it("attachments have a flag of their own, which follows the variant", () => {
    const flag = {
      variants: [{ key: "a", attachment: { size: 1 } }, { key: "b" }],
      rules: [shares(100), shares(0, 100)],
    };
    const project = importProject("flipt", document(flag));
    const evaluate = evaluatorOf(project);
    const context = project.toContext({ entityId: "ann", context: {} });
    expect(evaluate("f:attachment", context)).toMatchObject({ value: { size: 1 } });
    expect(project.fromResolution(evaluate("f:attachment", context), "f:attachment")).toEqual({ size: 1 });
    expect(project.fromResolution(evaluate("f", context), "f")).toMatchObject({ variantAttachment: '{"size":1}' });
  });

  it("an attachment that is text stays text, also if it looks like JSON, as Flipt imports it", () => {
    const flag = { variants: [{ key: "a", attachment: "[1]" }], rules: [shares(100)] };
    const project = importProject("flipt", document(flag));
    const context = project.toContext({ entityId: "ann", context: {} });
    expect(evaluatorOf(project)("f:attachment", context)).toMatchObject({ value: "[1]" });
  });
});

describe("namespaces of an import from Flipt", () => {
  const of = (namespace: unknown, key: string): object => ({ namespace, flags: [{ key, type: "BOOLEAN_FLAG_TYPE" }] });

  it("are chosen by key, if the source has several", () => {
    const documents = [of({ key: "default", name: "Default" }, "one"), of("shop", "two"), of("shop", "three")];
    expect(entryOf(documents)).toMatchObject({ outcome: "not importable", place: "/0/flags/0" });
    expect(entryOf(documents, { environment: "gone" }).text).toContain("default, shop");
    const keysOf = (environment: string) =>
      importProject("flipt", documents, { environment }).flags.map(({ key }) => key);
    expect(keysOf("shop")).toEqual(["two", "three"]);
    expect(keysOf("default")).toEqual(["one"]);
  });

  it("stay apart in a stream of documents and in several files", async () => {
    const stream =
      "namespace: a\nflags:\n- key: one\n  enabled: true\n---\nnamespace: b\nflags:\n- key: two\n  enabled: true\n";
    const sources = [await parseSource(stream, "features.yaml", true), of("c", "three")];
    const merged = mergeSources(sources, true);
    for (const [environment, key] of [
      ["a", "one"],
      ["b", "two"],
      ["c", "three"],
    ] as const)
      // prettier-ignore
      expect(importProject("flipt", merged, { environment }).flags.map((flag) => flag.key)).toEqual([key]);
  });

  it("a source of any other shape imports nothing and does not throw", () => {
    for (const source of [null, 1, "x", [], { flags: 1 }, { flags: [null, {}] }, [[]], { flags: { f: {} } }])
      expect(importProject("flipt", source).flags).toEqual([]);
  });
});
