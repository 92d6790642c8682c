import { describe, test } from "vitest";
import { CALM, CASES } from "../../chaos/faults.ts";
import { brokenPromises } from "../../chaos/judge.ts";
import type { CaseResult } from "../../chaos/run-case.ts";
import { BEGIN, END, renderReport, replaceBetweenMarkers } from "../../chaos/table.ts";

const result = (overrides: Partial<CaseResult> = {}): CaseResult => ({
  chaosCase: CALM,
  requests: 100,
  sources: { L1: 0.996, L2: 0.004, L3: 0, snapshot: 0, kept: 0 },
  stale: 0,
  wrong: [],
  failed: [],
  p50: 5,
  p99: 20,
  recoveredSeconds: 0.25,
  closedSeconds: 4,
  writes: { made: 1, tried: 1 },
  ...overrides,
});

describe("the table of faults", () => {
  const report = (cases = CASES) =>
    renderReport({
      calm: result(),
      cases: cases.map((chaosCase) => ({
        chaosCase,
        result: chaosCase.whyNot === undefined ? result({ chaosCase, p50: 3, p99: 2020.4, wrong: ["x"] }) : undefined,
      })),
      coldStarts: [],
      faultSeconds: 8,
      machine: "a machine",
      command: "npm run chaos",
    });

  test("has a row for every fault of every tier, or the reason why it cannot happen", ({ expect }) => {
    const rows = report()
      .split("\n")
      .filter((line) => line.startsWith("| "));
    for (const { kind, target, whyNot } of CASES) {
      const row = rows.filter((line) => line.startsWith(`| ${kind.name} | ${target} |`));
      expect(row).toHaveLength(1);
      if (whyNot !== undefined) expect(row[0]).toContain(whyNot);
    }
    expect(CASES).toHaveLength(13 * 3);
    const width = (line: string) => line.split(" | ").length;
    expect(new Set(rows.slice(0, 10).map(width)).size).toBe(1);
  });

  test("shows the latency added to the calm case, and the problems", ({ expect }) => {
    const row = report()
      .split("\n")
      .find((line) => line.startsWith("| down | L2 |"));
    expect(row).toBe("| down | L2 | 100 | 100% | <1% | – | – | – | – | 1 | 0 | −2 ms | +2000 ms | 0.3 s | 4.0 s |");
  });

  test("replaces the text between its markers, and nothing else", ({ expect }) => {
    const page = `# Title\n\n${BEGIN}\nold\n${END}\n\n## Next\n`;
    const replaced = replaceBetweenMarkers(page, "new");
    expect(replaced).toBe(`# Title\n\n${BEGIN}\n\nnew\n\n${END}\n\n## Next\n`);
    expect(replaceBetweenMarkers(replaced, "new")).toBe(replaced);
    for (const broken of ["# Title", `${END}\n${BEGIN}`, `${page}${page}`]) {
      expect(() => replaceBetweenMarkers(broken, "new")).toThrow("once each, in this order");
    }
  });
});

test("a wrong response, a 5xx or a missing recovery breaks a promise", ({ expect }) => {
  expect(brokenPromises(result())).toEqual([]);
  const broken = result({ wrong: ["a"], failed: ["b"], recoveredSeconds: undefined, closedSeconds: undefined });
  expect(brokenPromises(broken)).toHaveLength(4);
});
