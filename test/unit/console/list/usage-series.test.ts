import { expect, test } from "vitest";
import { requestsFor, seriesText } from "../../../../console/src/state/flags/usage/series.ts";

test("a series is said in words, with the day of its last evaluation", () => {
  expect(seriesText([0, 1000, 0, 240])).toBe("1,240 evaluations in 4 days, last today");
  expect(seriesText([0, 0, 1, 0])).toBe("1 evaluation in 4 days, last yesterday");
  expect(seriesText([5, 0, 0, 0])).toBe("5 evaluations in 4 days, last 3 days ago");
  expect(seriesText([0, 0])).toBe("No evaluations in 2 days");
});

test("the flags of a list are asked for by the hundred", () => {
  const keys = Array.from({ length: 250 }, (_, i) => `flag-${i}`);
  const requests = requestsFor(keys);
  expect(requests.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(requests.flat()).toEqual(keys);
  expect(requestsFor([])).toEqual([]);
});

test("long keys are asked for in addresses that every server accepts", () => {
  const keys = Array.from({ length: 60 }, (_, i) => `${"機".repeat(100)}${i}`);
  const requests = requestsFor(keys);
  expect(requests.flat()).toEqual(keys);
  for (const flags of requests) expect(encodeURIComponent(flags.join(",")).length).toBeLessThanOrEqual(4000);
});
