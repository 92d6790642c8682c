import { afterAll, beforeAll, describe, test } from "vitest";
import { coldStarts, wrongColdStarts } from "../../chaos/cold-start.ts";
import { CASES, type Target } from "../../chaos/faults.ts";
import { brokenPromises } from "../../chaos/judge.ts";
import { runCase } from "../../chaos/run-case.ts";
import { ChaosWorld, type Places } from "../../chaos/world.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** A short form of `npm run chaos`: the hardest faults for a shorter time, with all assertions but those on times. */
const CHOSEN: [fault: string, target: Target, faultMs: number][] = [
  ["down", "both", 3000],
  ["wrong type", "both", 3000],
  ["older `schemaVersion`", "both", 1500],
  ["lagging replica", "L2", 1500],
  ["evicting keys", "L2", 1500],
];

describe("the built worker while its backends fail", () => {
  let world: ChaosWorld;
  let places: Places;

  beforeAll(async () => {
    world = await ChaosWorld.start(seededRandom(1));
    places = await world.openPlaces(CHOSEN.length);
  });
  afterAll(async () => {
    await places?.dispose();
    await world?.close();
  });

  for (const [caseNumber, [fault, target, faultMs]] of CHOSEN.entries()) {
    test(`gives no wrong response and no 5xx, and recovers: ${fault}, ${target}`, async ({ expect }) => {
      const chaosCase = CASES.find(({ kind, target: of }) => kind.name === fault && of === target)!;
      const options = { calmMs: 300, faultMs, pauseMs: 25 };
      const result = await runCase(world, { places, caseNumber }, chaosCase, options);
      expect(brokenPromises(result)).toEqual([]);
      expect(result.requests).toBeGreaterThan(0);
      if (chaosCase.kind.isTotal === true && target === "both") {
        expect(result.stale).toBeGreaterThan(0);
        expect(result.sources.snapshot).toBeGreaterThan(0);
      }
    });
  }

  test("a cold start with nothing in reach is a 503, and the SDK returns the code's default", async ({ expect }) => {
    const results = await coldStarts(world, ["down"]);
    expect(results).toHaveLength(1);
    expect(wrongColdStarts(results)).toEqual([]);
  });
});
