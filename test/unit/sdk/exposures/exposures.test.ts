import { describe, expect, onTestFinished, test } from "vitest";
import { type Exposure, type ExposureListener, Exposures } from "../../../../sdk/exposures/exposures.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const MINUTE = 60_000;
const anExposure: Exposure = {
  flagKey: "banner",
  variant: "on",
  value: true,
  targetingKey: "user-1",
  timestamp: 0,
  reason: "SPLIT",
};

function exposuresAt(clock: FakeClock): Exposures {
  return new Exposures(() => undefined, { now: clock.now });
}

/** Returns the lines that a test writes to the console. */
function recordErrors(): unknown[][] {
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...line: unknown[]) => void lines.push(line);
  onTestFinished(() => void (console.error = error));
  return lines;
}

describe("an exposure", () => {
  test("is due once in ten minutes for each flag, variant and subject", async () => {
    const clock = new FakeClock();
    const exposures = exposuresAt(clock);
    const isDue = (flag: string, variant: string, subject: string) =>
      exposures.claim(flag, variant, subject) === clock.now();
    expect(isDue("banner", "on", "user-1")).toBe(true);
    expect(isDue("banner", "on", "user-1")).toBe(false);
    expect([isDue("menu", "on", "user-1"), isDue("banner", "off", "user-1"), isDue("banner", "on", "user-2")]).toEqual([
      true,
      true,
      true,
    ]);
    await clock.advance(10 * MINUTE - 1);
    expect(isDue("banner", "on", "user-1")).toBe(false);
    await clock.advance(1);
    expect(isDue("banner", "on", "user-1")).toBe(true);
    expect(isDue("banner", "on", "user-1")).toBe(false);
  });

  test.for([[undefined], [""], [7]])("is never due for the subject %j", ([subject]) => {
    expect(exposuresAt(new FakeClock()).claim("banner", "on", subject)).toBeUndefined();
  });

  test("is due again if the clock was put back", () => {
    let now = 60 * MINUTE;
    const exposures = new Exposures(() => undefined, { now: () => now });
    expect(exposures.claim("banner", "on", "user-1")).toBe(60 * MINUTE);
    now = 0;
    expect(exposures.claim("banner", "on", "user-1")).toBe(0);
    expect(exposures.claim("banner", "on", "user-1")).toBeUndefined();
  });
});

describe("the memory", () => {
  const isDue = (exposures: Exposures, subject: string) => exposures.claim("banner", "on", subject) !== undefined;

  test("holds the last 5,000 triples, and forgets those before the last 10,000", () => {
    const exposures = exposuresAt(new FakeClock());
    expect(isDue(exposures, "first")).toBe(true);
    for (let i = 1; i < 5000; i++) isDue(exposures, `user-${i}`);
    for (let i = 5000; i < 10_000; i++) isDue(exposures, `user-${i}`);
    expect([isDue(exposures, "first"), isDue(exposures, "user-9999")]).toEqual([false, false]);
    expect(isDue(exposures, "user-10000")).toBe(true);
    expect([isDue(exposures, "user-9999"), isDue(exposures, "user-5000")]).toEqual([false, false]);
    expect(isDue(exposures, "first")).toBe(true);
  });

  test("is bounded in characters too", () => {
    const exposures = exposuresAt(new FakeClock());
    const long = (i: number) => `${i}`.padEnd(400_000, "x");
    for (let i = 0; i < 6; i++) expect(isDue(exposures, long(i))).toBe(true);
    expect(isDue(exposures, long(5))).toBe(false);
    expect(isDue(exposures, long(0))).toBe(true);
  });
});

describe("the listener", () => {
  test.for<[string, ExposureListener]>([
    [
      "throws",
      () => {
        throw new Error("the sink is full");
      },
    ],
    ["rejects", () => Promise.reject(new Error("the sink is full"))],
  ])("that %s does not disturb the evaluation, and is logged once", async ([, listener]) => {
    const lines = recordErrors();
    const exposures = new Exposures(listener);
    exposures.report(anExposure);
    exposures.report(anExposure);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual([[expect.stringContaining("the listener of exposures failed"), expect.any(Error)]]);
  });

  test("must be a function", () => {
    expect(() => new Exposures({} as ExposureListener)).toThrow("the listener of exposures must be a function");
  });
});
