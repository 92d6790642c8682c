import { describe, test } from "vitest";
import { renderPrometheus } from "../../../src/ops/prometheus.ts";

describe("renderPrometheus", () => {
  test("writes help, type and samples with their labels", ({ expect }) => {
    const family = {
      name: "burgee_answers_total",
      type: "counter",
      help: "Answers.",
      samples: [{ labels: { source: "L1" }, value: 3 }, { value: 0 }],
    } as const;
    expect(renderPrometheus([{ ...family, samples: [...family.samples] }], { isolate: "a1" })).toBe(
      '# HELP burgee_answers_total Answers.\n# TYPE burgee_answers_total counter\nburgee_answers_total{isolate="a1",source="L1"} 3\nburgee_answers_total{isolate="a1"} 0\n',
    );
  });

  test("escapes characters that would end a label, a help text or a line", ({ expect }) => {
    const samples = [{ labels: { a: 'x"y\\z\nw' }, value: 1 }];
    expect(renderPrometheus([{ name: "m", type: "gauge", help: "a\nb\\c", samples }], {})).toBe(
      '# HELP m a\\nb\\\\c\n# TYPE m gauge\nm{a="x\\"y\\\\z\\nw"} 1\n',
    );
  });
});
