import fc from "fast-check";
import { describe, test } from "vitest";

import { findCycle, referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";

describe("references", () => {
  test("name every segment and flag and where it stands", ({ expect }) => {
    const serve = { variant: "on" };
    const references = referencesOf({
      prerequisites: [{ flag: "shell", variants: ["on"] }],
      rules: [
        { id: "a", serve },
        { id: "b", serve, when: { all: [{ segment: "pros" }, { not: { any: [{ flag: "new", variants: ["x"] }] } }] } },
        { id: "c", serve, when: { attribute: "a", operator: "exists" } },
      ],
    });
    expect(references).toEqual([
      { kind: "flag", name: "shell", variants: ["on"], pointer: "/prerequisites/0/flag" },
      { kind: "segment", name: "pros", pointer: "/rules/1/when/all/0/segment" },
      { kind: "flag", name: "new", variants: ["x"], pointer: "/rules/1/when/all/1/not/any/0/flag" },
    ]);
  });

  test("of a condition stand behind the given pointer", ({ expect }) => {
    expect(referencesOfCondition({ not: { segment: "s" } }, "/condition")).toEqual([
      { kind: "segment", name: "s", pointer: "/condition/not/segment" },
    ]);
  });
});

describe("findCycle", () => {
  const graph = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

  test.for([
    ["a flag that needs itself", { a: ["a"] }, ["a", "a"]],
    ["two that need each other", { a: ["b"], b: ["a"] }, ["a", "b", "a"]],
    ["a cycle behind others", { a: ["b", "c"], b: [], c: ["d"], d: ["e"], e: ["c"] }, ["c", "d", "e", "c"]],
    ["a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, undefined],
    ["names that lead out", { a: ["elsewhere"] }, undefined],
    ["nothing", {}, undefined],
  ] as const)("%s", ([, edges, cycle], { expect }) => {
    expect(findCycle(graph(edges as unknown as Record<string, string[]>))).toEqual(cycle);
  });

  test("starts where it is told", ({ expect }) => {
    const edges = graph({ a: ["a"], b: ["c"], c: [] });
    expect(findCycle(edges, "b")).toBeUndefined();
    expect(findCycle(edges, "a")).toEqual(["a", "a"]);
  });

  test("does not overflow on a long chain", ({ expect }) => {
    const edges = new Map(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, [`f${i + 1}`]] as const));
    expect(findCycle(edges)).toBeUndefined();
  });

  test("names a walk along edges that ends where it began, exactly when one exists", ({ expect }) => {
    const edge = fc.tuple(fc.nat(7), fc.nat(7));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
        const nodes = new Map<string, string[]>();
        for (const [from, to] of edges) nodes.set(`${from}`, [...(nodes.get(`${from}`) ?? []), `${to}`]);
        const cycle = findCycle(nodes);
        expect(cycle !== undefined).toBe(hasCycle(edges));
        if (!cycle) return;
        expect(cycle[0]).toBe(cycle.at(-1));
        cycle.slice(1).forEach((to, i) => expect(nodes.get(cycle[i]!)).toContain(to));
      }),
    );
  });
});

/** Takes away nodes that lead nowhere until none is left, or a cycle is. */
function hasCycle(edges: [number, number][]): boolean {
  let left = edges;
  for (;;) {
    const next = left.filter(([, to]) => left.some(([from]) => from === to));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}
