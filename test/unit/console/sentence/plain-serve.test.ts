/** The outcomes that a sentence can edit. */
import { expect, test } from "vitest";
import type { Serve } from "../../../../sdk/client/contract.ts";
import { plainServe, restOf, withShare, withVariant } from "../../../../console/src/ui/sentence/plain-serve.ts";

const rollout = (...weights: [string, number][]): Serve => ({
  rollout: { by: ["targetingKey"], hash: "murmur3-mulshift", weights },
});

test("one variant and its share are plain; ramps, draws and several shares are not", () => {
  expect(plainServe({ variant: "on" })).toEqual({ variant: "on", share: 100_000, other: undefined });
  expect(plainServe(rollout(["on", 10_000]))).toEqual({ variant: "on", share: 10_000, other: undefined });
  expect(plainServe(rollout(["on", 10_000], ["off", 90_000]))).toMatchObject({
    variant: "on",
    other: { variant: "off", share: 90_000 },
  });
  expect(plainServe(rollout(["on", 10_000], ["off", 20_000]))).toBeUndefined();
  expect(plainServe({ draw: { weights: [["on", 10]] } })).toBeUndefined();
  expect(plainServe({ error: "GENERAL" })).toBeUndefined();
  const ramp = { from: 0, to: 100_000, startAt: "2030-01-01T00:00:00Z", endAt: "2030-01-02T00:00:00Z" };
  expect(plainServe({ rollout: { weights: [["on", 10_000]], ramp } })).toBeUndefined();
  expect(plainServe({ rollout: { hash: "growthbook-2", total: 10_000, weights: [["on", 100]] } })).toBeUndefined();
});

test("a variant with a share is a rollout, and with the whole share the variant again", () => {
  const tenth = withShare({ variant: "on" }, 10_000, "checkout");
  expect(tenth).toEqual(rollout(["on", 10_000]));
  expect(withShare(tenth, 100_000, "checkout")).toEqual({ variant: "on" });
  const stored: Serve = { rollout: { salt: "checkout", weights: [["on", 10_000]] } };
  expect(withShare(stored, 100_000, "checkout")).toEqual({ variant: "on" });
  const split25 = rollout(["on", 25_000], ["off", 75_000]);
  const split = withShare({ variant: "on" }, 10_000, "checkout", "off");
  expect(split).toEqual(rollout(["on", 10_000], ["off", 90_000]));
  expect(withShare(split, 0, "checkout", "off")).toEqual(rollout(["on", 0], ["off", 100_000]));
  expect(withShare(split, 100_000, "checkout", "off")).toEqual({ variant: "on" });
  // An outcome that has to reach everyone does so also if its rollout had one variant.
  expect(withShare(rollout(["on", 100_000]), 25_000, "checkout", "off")).toEqual(split25);
});

test("a rollout keeps its settings, also with the whole share", () => {
  const salted: Serve = { rollout: { salt: "s", weights: [["on", 10_000]] } };
  expect(withShare(salted, 100_000, "checkout")).toEqual({ rollout: { salt: "s", weights: [["on", 100_000]] } });
  expect(withVariant(salted, "off")).toEqual({ rollout: { salt: "s", weights: [["off", 10_000]] } });
  expect(withVariant(rollout(["on", 10_000], ["off", 90_000]), "off")).toEqual(
    rollout(["off", 10_000], ["on", 90_000]),
  );
});

test("everyone outside a share gets the off variant, or the only other one", () => {
  expect(restOf("on", "off", ["on", "off", "beta"])).toBe("off");
  expect(restOf("off", "off", ["on", "off"])).toBe("on");
  expect(restOf("off", "off", ["on", "off", "beta"])).toBeUndefined();
});
