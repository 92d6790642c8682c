import { describe, test } from "vitest";
import { MemoryTier } from "../../../src/cache/memory-tier.ts";
import { Environments } from "../../../src/delivery/environment.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";

const NOW = 1_790_000_000_000;

function setUp(maxEnvironments = 10) {
  const l1 = new MemoryTier<CompiledFlag>({
    maxEntries: 100,
    maxBytes: 1_000_000,
    ttlMs: 60_000,
    absentTtlMs: 5000,
    now: () => NOW,
    random: () => 0.5,
    sizeOf: () => 1,
    maxEnvironments,
  });
  return { l1, environments: new Environments(l1) };
}

describe("Environments", () => {
  test("returns the same state for as long as L1 holds the environment", ({ expect }) => {
    const { environments } = setUp();
    const state = environments.of("production");
    expect(environments.of("production")).toBe(state);
    expect(environments.of("staging")).not.toBe(state);
  });

  test("forgets what it knew about an environment that L1 has evicted", ({ expect }) => {
    const { environments } = setUp(2);
    const state = environments.of("production");
    state.markAbsent(NOW, 0);
    environments.of("staging");
    environments.of("development");
    const again = environments.of("production");
    expect(again).not.toBe(state);
    expect(again.isAbsent(NOW)).toBe(false);
    expect(again.memory).not.toBe(state.memory);
  });

  test("does not use up the memory of an isolate that sees ever new environments", ({ expect }) => {
    const { environments } = setUp(3);
    for (let i = 0; i < 100; i += 1) environments.of(`environment-${i}`);
    expect(environments.size).toBeLessThanOrEqual(4);
  });
});

describe("EnvironmentState", () => {
  test("is warm while its keys are current and its head was confirmed within the interval", ({ expect }) => {
    const { environments } = setUp();
    const state = environments.of("production");
    state.memory.advance({ version: 3, changes: [] });
    state.memory.confirm(NOW);
    expect(state.isWarm(NOW, 1000)).toBe(false);
    state.memory.setKeys({}, 3);
    expect(state.isWarm(NOW + 999, 1000)).toBe(true);
    expect(state.isWarm(NOW + 1000, 1000)).toBe(false);
    state.memory.advance({ version: 4, changes: [[4, ["@keys"]]] });
    expect(state.isWarm(NOW, 1000)).toBe(false);
  });

  test("lacks an SDK key only if it knows the environment's keys", ({ expect }) => {
    const { environments } = setUp();
    const state = environments.of("production");
    expect(state.lacksKey("id", NOW)).toBe(false);
    state.memory.advance({ version: 1, changes: [] });
    state.memory.setKeys({ id: { kind: "server", hash: "", origins: [] } }, 1);
    expect(state.lacksKey("id", NOW)).toBe(false);
    expect(state.lacksKey("constructor", NOW)).toBe(true);
  });

  test("counts a head check as failing until a tier responds again", ({ expect }) => {
    const state = setUp().environments.of("production");
    state.headCheckFailed(NOW);
    expect(state.isFailing).toBe(true);
    expect(state.hasJustFailed(NOW + 999)).toBe(true);
    expect(state.hasJustFailed(NOW + 1000)).toBe(false);
    expect(state.isFailing).toBe(true);
    state.recovered();
    expect(state.isFailing).toBe(false);
  });

  test("remembers for five seconds that an environment does not exist", ({ expect }) => {
    const state = setUp().environments.of("nowhere");
    state.markAbsent(NOW, 0);
    expect(state.isAbsent(NOW + 4999)).toBe(true);
    expect(state.isAbsent(NOW + 5000)).toBe(false);
  });

  test("no longer takes an environment for absent once its version has moved", ({ expect }) => {
    const state = setUp().environments.of("nowhere");
    state.memory.advance({ version: 3, changes: [] });
    state.markAbsent(NOW, 3);
    expect([state.isAbsent(NOW), state.lacksKey("id", NOW)]).toEqual([true, true]);
    state.memory.advance({ version: 4, changes: [] });
    expect([state.isAbsent(NOW), state.lacksKey("id", NOW)]).toEqual([false, false]);
  });

  test("a reading from before a change does not make the environment absent after it", ({ expect }) => {
    const state = setUp().environments.of("nowhere");
    state.memory.advance({ version: 4, changes: [] });
    state.markAbsent(NOW, 3);
    expect(state.isAbsent(NOW)).toBe(false);
  });

  test("says once that an environment is larger than L1, and tries it again after a minute", ({ expect }) => {
    const state = setUp().environments.of("production");
    expect([state.markTooLarge(NOW), state.markTooLarge(NOW + 1)]).toEqual([true, false]);
    expect(state.isTooLarge(NOW + 59_999)).toBe(true);
    expect(state.isTooLarge(NOW + 60_000)).toBe(false);
  });
});
