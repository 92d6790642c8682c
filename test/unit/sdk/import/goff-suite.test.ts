import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { notedPlaces } from "../../../support/import/noted-places.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  flag: string;
  context: unknown;
  now: string;
  expected: unknown;
}

const { flags, cases } = readJson("goff/cases.json") as { flags: Record<string, object>; cases: Case[] };

await prepareToCompileAny();

describe("GO Feature Flag", () => {
  const project = importProject("goff", flags);
  for (const { title, flag, context, now, expected } of cases) {
    it(title, () => {
      const resolution = evaluatorOf(project, Date.parse(now))(flag, project.toContext(context));
      expect(project.fromResolution(resolution, flag)).toEqual(expected);
    });
  }

  it("imports every flag, and notes what a reader should know", () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(project.flags).toHaveLength(Object.keys(flags).length);
    const noted = project.report.entries.filter(({ outcome }) => outcome !== "exact");
    expect(noted.map(({ key, outcome }) => `${key}: ${outcome}`)).toEqual([
      "names: exact with a note",
      "ramp: exact with a note",
      "ramp-part: exact with a note",
      "schedule-all: exact with a note",
      "json-and: exact with a note",
      "json-lt: exact with a note",
    ]);
  });
});

const notesOf = (source: unknown) => notedPlaces("goff", source);

const flagOf = (fields: object) => ({
  one: { variations: { on: true, off: false }, defaultRule: { variation: "off" }, ...fields },
});
const queryOf = (query: string) => flagOf({ targeting: [{ query, variation: "on" }] });
const rampOf = (initial: object, end: object) =>
  flagOf({
    defaultRule: {
      progressiveRollout: {
        initial: { variation: "off", date: "2030-01-01T00:00:00Z", ...initial },
        end: { variation: "on", date: "2030-01-02T00:00:00Z", ...end },
      },
    },
  });

describe("the report of an import from GO Feature Flag", () => {
  const RAMP = "/one/defaultRule/progressiveRollout";

  it.each<[string, object, string]>([
    ["the format before version 1.0", { one: { true: 1, false: 0, default: 0, percentage: 10 } }, "/one/true"],
    ["a flag without variations", flagOf({ variations: {} }), "/one/variations"],
    ["an unknown variation", flagOf({ defaultRule: { variation: "x" } }), "/one/defaultRule/variation"],
    ["a variation of a percentage", flagOf({ defaultRule: { percentage: { x: 1 } } }), "/one/defaultRule/percentage/x"],
    ["a negative percentage", flagOf({ defaultRule: { percentage: { on: -1 } } }), "/one/defaultRule/percentage/on"],
    ["percentages of 0", flagOf({ defaultRule: { percentage: { on: 0 } } }), "/one/defaultRule/percentage"],
    ["a ramp without a date", rampOf({ date: null }, {}), RAMP],
    ["a ramp that falls", rampOf({ percentage: 50 }, { percentage: 20 }), RAMP],
    ["a date in words", rampOf({}, { date: "soon" }), `${RAMP}/end/date`],
    ["an empty bucketing key", flagOf({ bucketingKey: "" }), "/one/bucketingKey"],
    ["a rule without a query", flagOf({ targeting: [{ variation: "on" }] }), "/one/targeting/0/query"],
  ])("%s is not importable, and the report names its place", (_, source, place) => {
    expect(notesOf(source)).toEqual([["one", "not importable", place]]);
  });

  it.each([
    'plan gt "pro"',
    "plan in [1.5, 2.5]",
    'plan in ["a", 1]',
    "beta gt true",
    "age co 1",
    "age eq 1e3",
    "not plan pr",
    'plan eq "pro" AND age eq 1',
    'plan eq "pro" and',
    'plan eq "pro',
    'plan eq "pro" and\n age eq 1',
    "request.country pr",
    '{"map": [{"var": "a"}, 1]}',
    '{"==": [{"var": "a"}, {"var": "b"}]}',
    '{"<": [{"var": "a"}, "b"]}',
    '{"in": [{"var": "a"}, [1]]}',
    '{"var": "beta"}',
  ])("the query %j is refused at its place", (query) => {
    expect(notesOf(queryOf(query))).toEqual([["one", "not importable", "/one/targeting/0/query"]]);
  });

  it("an attribute inside an object is approximate unless it is compared first", () => {
    expect(notesOf(queryOf('company.plan eq "pro" and age gt 1'))).toEqual([["one", "exact"]]);
    for (const query of ['age gt 1 and company.plan eq "pro"', "a.b.c eq 1 or d eq 1", "a.b in [1]"])
      expect(notesOf(queryOf(query))).toEqual([["one", "approximate", "/one/targeting/0/query"]]);
  });

  it("percentages whose sum depends on the order of addition are approximate", () => {
    const source = flagOf({ defaultRule: { percentage: { on: 33.3, off: 33.3, more: 33.4 } } });
    const { variations } = source.one as { variations: Record<string, boolean> };
    const withMore = { one: { ...source.one, variations: { ...variations, more: true } } };
    const [entry] = notesOf(withMore);
    expect(entry?.slice(0, 3)).toEqual(["one", "approximate", "/one/defaultRule/percentage"]);
  });

  it("a step that drops the rules of an earlier step is approximate", () => {
    const step = (day: number, fields: object) => ({ date: `2030-01-0${day}T00:00:00Z`, ...fields });
    const added = { targeting: [{ name: "new", query: "beta eq true", variation: "on" }] };
    const scheduledRollout = [step(1, added), step(2, { defaultRule: { variation: "on" } })];
    expect(notesOf(flagOf({ scheduledRollout }))).toEqual([["one", "approximate", "/one/scheduledRollout/1"]]);
  });

  it("keeps version, metadata, description and the names of rules, and notes the rest", () => {
    const targeting = [{ name: "first rule", query: "beta eq true", variation: "on" }];
    const metadata = { description: "d", issue: 5, links: ["x"] };
    const source = flagOf({ targeting, version: 1.5, metadata, trackEvents: false, owner: "me" });
    const [flag] = importProject("goff", source).flags;
    expect(flag).toMatchObject({
      description: "d",
      metadata: { version: "1.5", description: "d", issue: 5 },
      rules: [{ id: "_first-rule", description: "first rule" }],
    });
    expect(notesOf(source)[0]?.slice(2).sort()).toEqual([
      "/one/metadata/links",
      "/one/owner",
      "/one/trackEvents",
      "/one/version",
    ]);
  });

  it("notes that a disabled flag does not ask for a key", () => {
    const defaultRule = { percentage: { on: 50, off: 50 } };
    expect(notesOf(flagOf({ disable: true, defaultRule }))).toEqual([["one", "exact with a note", "/one/disable"]]);
    expect(notesOf(flagOf({ disable: true }))).toEqual([["one", "exact"]]);
  });

  it("reads the response of the relay proxy, whose attributes belong to every context", () => {
    const source = { flags: queryOf("tier eq 1"), evaluationContextEnrichment: { tier: 1 } };
    const project = importProject("goff", source);
    const context = project.toContext({ key: "ada", custom: { plan: "pro", tier: 2 } });
    expect(context).toEqual({ targetingKey: "ada", plan: "pro", tier: 1 });
    expect(project.fromResolution(evaluatorOf(project)("one", context), "one")).toMatchObject({ value: true });
    expect(notesOf(source)).toEqual([["one", "exact with a note", "/evaluationContextEnrichment"]]);
  });

  it("refuses a query whose brackets are nested too deeply, and no other flag", () => {
    const nested = (levels: number) => queryOf(`${"(".repeat(levels)}tier eq 1${")".repeat(levels)}`);
    expect(notesOf(nested(256))).toEqual([["one", "exact"]]);
    for (const levels of [257, 20_000])
      expect(notesOf({ ...nested(levels), other: flagOf({}).one })).toMatchObject([
        ["one", "not importable", "/one/targeting/0/query"],
        ["other", "exact"],
      ]);
  });

  it("accepts a source of any shape", () => {
    for (const source of [null, 1, [], {}, { flags: null }, { a: 1 }])
      expect(importProject("goff", source).flags).toEqual([]);
    expect(notesOf({ a: 1 })).toEqual([["a", "not importable", "/a"]]);
    expect(notesOf({ flags: { one: {} } })).toEqual([["one", "not importable", "/flags/one/variations"]]);
  });
});
