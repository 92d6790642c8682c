import type { LDContext } from "@launchdarkly/node-server-sdk";
import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { launchDarklyOf } from "../../support/import/launchdarkly.ts";

const FLAGS = 1500;
const CONTEXTS = 10;
const draws = drawsOf(3);

const VALUES = [
  "a",
  "b",
  "abc",
  "",
  "1.2.3",
  "2",
  "2.0.0-rc",
  1,
  2.5,
  0,
  true,
  false,
  null,
  "u1",
  "user",
  "2026-01-01T00:00:00Z",
  "2026-01-01",
  1_767_225_600_000,
];
const OPERATORS = [
  "in",
  "startsWith",
  "endsWith",
  "contains",
  "matches",
  "lessThan",
  "lessThanOrEqual",
  "greaterThan",
  "greaterThanOrEqual",
  "before",
  "after",
  "semVerEqual",
  "semVerLessThan",
  "semVerGreaterThan",
  "unknown",
];

function attributeClause(): object {
  const kind = draws.pick([undefined, "user", "org"]);
  const plain = ["x", "/n/y", "key", "kind", "anonymous"];
  return {
    ...(kind !== undefined && { contextKind: kind }),
    attribute: draws.pick(kind === undefined ? plain : [...plain, "/x"]),
    op: draws.pick(OPERATORS),
    values: draws.some(1, 2, () => draws.pick(VALUES)),
    negate: draws.happens(0.3),
  };
}

function clause(): object {
  if (draws.happens(0.9)) return attributeClause();
  const values = [draws.pick(["s1", "s2", "unknown"])];
  return { attribute: "", op: "segmentMatch", values, negate: draws.happens(0.3) };
}

function result(): object {
  if (draws.happens(0.5)) return { variation: draws.pick([0, 1, 2]) };
  const variations = [
    { variation: 0, weight: 30_000 },
    { variation: 1, weight: 20_000 },
    { variation: 2, weight: draws.pick([50_000, 10_000]), untracked: draws.happens(0.5) },
  ];
  return {
    rollout: {
      variations,
      ...(draws.happens(0.3) && { kind: "experiment", seed: 5 }),
      ...(draws.happens(0.4) && { contextKind: "org" }),
      ...(draws.happens(0.3) && { bucketBy: "x" }),
    },
  };
}

function segment(key: string, lists: object) {
  const rule = { clauses: draws.some(1, 2, attributeClause), ...(draws.happens(0.3) && { weight: 40_000 }) };
  return { key, version: 1, included: [], excluded: [], salt: "s", rules: [rule], ...lists };
}

function flag(key: string, prerequisites: object[]) {
  return {
    key,
    version: 1,
    salt: "salt",
    variations: ["A", "B", "C"],
    contextTargets: [],
    prerequisites,
    on: draws.happens(0.85),
    offVariation: draws.pick([0, 1, undefined]),
    targets: draws.some(0, 1, () => ({ variation: 1, values: ["u2"] })),
    rules: ["r0", "r1"].map((id) => ({ id, clauses: draws.some(1, 2, clause), ...result() })),
    fallthrough: result(),
  };
}

function contextOf(): LDContext {
  const one = () => (draws.happens(0.25) ? draws.some(0, 2, () => draws.pick(VALUES)) : draws.pick(VALUES));
  const attributes = () => ({
    ...(draws.happens(0.8) && { x: one() }),
    ...(draws.happens(0.6) && { n: draws.happens(0.8) ? { y: one() } : one() }),
    ...(draws.happens(0.2) && { anonymous: draws.happens(0.5) }),
  });
  const user = { key: draws.pick(["u1", "u2", "a", "é"]), ...attributes() };
  const org = { key: draws.pick(["o1", "a"]), ...attributes() };
  return draws.pick<LDContext>([
    { kind: "user", ...user },
    { kind: "org", ...org },
    { kind: "multi", user, org },
  ]);
}

interface Detail {
  value?: unknown;
  variationIndex?: number | null;
  reason: unknown;
}

const comparable = ({ value = "default", variationIndex, reason }: Detail) => ({
  value,
  variationIndex: variationIndex ?? null,
  reason,
});

await prepareToCompileAny();

test("launchdarkly: values and reasons of imported flags agree with the SDK", async () => {
  const different: unknown[] = [];
  let compared = 0;
  for (let i = 0; i < FLAGS; i++) {
    const listed = { includedContexts: [{ contextKind: "org", values: ["o1"] }] };
    const segments = [segment("s1", { included: ["u1"] }), segment("s2", { excluded: ["u2"], ...listed })];
    const flags = [
      flag("parent", []),
      flag(
        "f",
        draws.some(0, 1, () => ({ key: "parent", variation: draws.pick([0, 1, 2]) })),
      ),
    ];
    const project = importProject("launchdarkly", { flags, segments });
    if (!project.flags.some(({ key }) => key === "f")) continue;
    const evaluate = evaluatorOf(project);
    const client = await launchDarklyOf({ flags, segments });
    for (let j = 0; j < CONTEXTS; j++) {
      const context = contextOf();
      const theirs = comparable(await client.variationDetail("f", context, "default"));
      const ours = comparable(project.fromResolution(evaluate("f", project.toContext(context)), "f") as Detail);
      compared++;
      if (!isSame(ours, theirs)) different.push({ flags, segments, context, theirs, ours });
    }
    client.close();
  }
  expect(different.slice(0, 3)).toEqual([]);
  expect(compared).toBeGreaterThan(FLAGS * CONTEXTS * 0.9);
});

function isSame(one: Detail, other: Detail): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}
