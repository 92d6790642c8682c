import { describe, test } from "vitest";
import {
  type Change,
  distributionOf,
  isAsPromised,
  reportOf,
  type Sample,
  textOf,
} from "../../../dev/propagation/report.ts";

const change = (version: number, value: boolean, writtenAt: number): Change => ({
  version,
  value,
  writtenAt,
  tookMs: 20,
  isMissing: false,
});
/** A response that took 10 ms. */
const sample = (sentAt: number, version: number, changes: Partial<Sample> = {}): Sample => ({
  sentAt,
  receivedAt: sentAt + 10,
  status: 200,
  version,
  value: version % 2 === 0,
  isStale: false,
  dataCentre: undefined,
  connection: 1,
  ...changes,
});
/** Version 2 exists at the start, 3 is written at 1000 and 4 at 2000. */
const CHANGES = [change(2, true, 0), change(3, false, 1000), change(4, true, 2000)];

describe("the report of watch:propagation", () => {
  test("measures the first new and the last old response from the response to the write", ({ expect }) => {
    const { places, missing, wrong, changes } = reportOf(CHANGES, [
      sample(900, 2),
      sample(1100, 2),
      sample(1200, 3),
      sample(1300, 2, { connection: 2 }),
      sample(2050, 4),
    ]);
    expect([changes, missing, wrong]).toEqual([2, 0, 0]);
    expect(places).toHaveLength(1);
    expect(places[0]).toMatchObject({
      dataCentre: null,
      answers: 5,
      firstNew: { count: 2, p50: 60, max: 210 },
      lastOld: { count: 2, p50: 0, max: 300 },
      neverOld: 1,
    });
  });

  test("ignores old versions for requests sent before the response to the write", ({ expect }) => {
    const [place] = reportOf(CHANGES.slice(0, 2), [sample(995, 2), sample(1010, 3)]).places;
    expect(place).toMatchObject({ lastOld: { max: 0 }, neverOld: 1 });
  });

  test("counts a new version that arrives before the response to the write as 0 ms", ({ expect }) => {
    const [place] = reportOf(CHANGES.slice(0, 2), [sample(980, 3)]).places;
    expect(place?.firstNew).toMatchObject({ count: 1, max: 0 });
  });

  test("counts a change as arrived with any later version", ({ expect }) => {
    const [place] = reportOf(CHANGES, [sample(900, 2), sample(2100, 4)]).places;
    expect(place?.firstNew).toMatchObject({ count: 2, p50: 110, max: 1110 });
  });

  test("separates data centres and leaves out changes that one never saw", ({ expect }) => {
    const { places } = reportOf(CHANGES, [
      sample(1100, 3, { dataCentre: "FRA" }),
      sample(2100, 4, { dataCentre: "AMS" }),
      sample(2200, 3, { dataCentre: "FRA", connection: 2 }),
    ]);
    expect(places.map(({ dataCentre, firstNew, lastOld }) => [dataCentre, firstNew.count, lastOld.max])).toEqual([
      ["AMS", 2, 0],
      ["FRA", 1, 200],
    ]);
  });

  test("counts versions that go back on one connection only", ({ expect }) => {
    const { wentBack, connections } = reportOf(CHANGES, [
      sample(1100, 3),
      sample(1200, 2),
      sample(1300, 2),
      sample(1400, 3),
      sample(1250, 2, { connection: 2 }),
    ]);
    expect([wentBack, connections]).toEqual([2, 2]);
  });

  test("counts wrong values only from the first known version on", ({ expect }) => {
    const samples = [sample(1100, 3, { value: true }), sample(1200, 3), sample(900, 1, { value: true })];
    const report = reportOf(CHANGES, samples);
    expect(report.wrong).toBe(1);
    expect(isAsPromised(report)).toBe(false);
    expect(isAsPromised(reportOf(CHANGES, [sample(1100, 3)]))).toBe(true);
    expect(isAsPromised(reportOf([{ ...change(1, true, 0), isMissing: true }, ...CHANGES], []))).toBe(false);
    expect(isAsPromised(reportOf([...CHANGES, { ...change(5, false, 3000), isMissing: true }], []))).toBe(false);
  });

  test("counts failures by status and not as responses", ({ expect }) => {
    const failed = [sample(1, 0, { status: 0 }), sample(2, 2, { status: 503 }), sample(3, 2, { status: 503 })];
    const report = reportOf(CHANGES, [...failed, sample(4, 2, { isStale: true })]);
    expect(report).toMatchObject({ answers: 1, stale: 1, failed: { 0: 1, 503: 2 } });
    expect(textOf(report)).toContain("failed requests: 1 × no response, 2 × 503");
  });

  test("names the data centres, or says that no response names one", ({ expect }) => {
    const named = textOf(reportOf(CHANGES, [sample(1100, 3, { dataCentre: "AMS" })]));
    expect(named).toMatch(/^AMS +110 /m);
    expect(named).toContain("named by cf-ray");
    expect(textOf(reportOf(CHANGES, [sample(1100, 3)]))).toContain("no response names one (cf-ray)");
  });

  test("uses nearest-rank percentiles, and zeros for an empty list", ({ expect }) => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(distributionOf(hundred)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(distributionOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 });
    expect(distributionOf([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });
});
