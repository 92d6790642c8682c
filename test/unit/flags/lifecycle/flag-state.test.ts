import { describe, test } from "vitest";
import {
  type EnvironmentFacts,
  type FlagFacts,
  isExpired,
  stateOf,
} from "../../../../src/flags/lifecycle/flag-state.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

const SPLIT = { rollout: { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift" as const, weights: [["on", 1]] } };

function inEnvironment(changes: Partial<EnvironmentFacts> = {}): EnvironmentFacts {
  return {
    environment: "production",
    configuration: { enabled: true, offVariant: "off", default: { variant: "on" }, rules: [], prerequisites: [] },
    changedAt: daysAgo(100),
    usedAt: daysAgo(1),
    requestedAt: null,
    countedSince: daysAgo(90),
    isNeeded: false,
    ...changes,
  };
}

function aFlag(changes: Partial<FlagFacts> = {}, ...environments: Partial<EnvironmentFacts>[]): FlagFacts {
  return {
    kind: "flag",
    createdAt: daysAgo(200),
    lifetime: null,
    archivedAt: null,
    environments: (environments.length === 0 ? [{}] : environments).map(inEnvironment),
    ...changes,
  };
}

const split = { ...inEnvironment().configuration, default: SPLIT as never };

describe("the state of a flag", () => {
  const cases: [name: string, flag: FlagFacts, state: string, reason: string | RegExp][] = [
    [
      "archived before all else",
      aFlag({ archivedAt: daysAgo(3) }, { usedAt: null }),
      "archived",
      "archived on 2026-05-29",
    ],
    [
      "new for 7 days, until it is used",
      aFlag({ createdAt: daysAgo(6.9) }, { usedAt: null, countedSince: null, changedAt: daysAgo(6.9) }),
      "new",
      "created 6 days ago, and not used yet",
    ],
    [
      "new in spite of bulk responses",
      aFlag({ createdAt: daysAgo(2) }, { usedAt: null, requestedAt: daysAgo(0) }),
      "new",
      "created 2 days ago, and not used yet",
    ],
    [
      "active once it is used",
      aFlag({ createdAt: daysAgo(2) }, { usedAt: daysAgo(0), changedAt: daysAgo(1) }),
      "active",
      "last evaluated today, in production; changed yesterday",
    ],
    [
      "active after 7 days without use",
      aFlag({ createdAt: daysAgo(7) }, { usedAt: null, changedAt: daysAgo(7) }),
      "active",
      "not evaluated since counting began on 2026-03-03; changed 7 days ago",
    ],
    [
      "unused after 30 days without an evaluation",
      aFlag({}, { usedAt: daysAgo(30) }),
      "unused",
      "last evaluated 30 days ago, in production",
    ],
    [
      "not unused a moment earlier",
      aFlag({}, { usedAt: daysAgo(29.99), configuration: split }),
      "active",
      "last evaluated 29 days ago, in production; changed 100 days ago",
    ],
    [
      "unused if it was never evaluated since counting began",
      aFlag({}, { usedAt: null }),
      "unused",
      "not evaluated since 2026-03-03, when counting began or the flag was created",
    ],
    [
      "unused although browsers get it among all flags, which the reason says",
      aFlag({}, { usedAt: null, requestedAt: daysAgo(1) }),
      "unused",
      /counting began.*; bulk responses in production contained it on 2026-05-31, but they contain every flag/,
    ],
    [
      "unknown, and so active, until 30 days were counted",
      aFlag({}, { usedAt: null, countedSince: daysAgo(29.9), configuration: split }),
      "active",
      /^not evaluated since counting began on 2026-05-02; changed 100 days ago$/,
    ],
    [
      "unknown where nothing was ever counted",
      aFlag({}, { usedAt: null, countedSince: null, configuration: split }),
      "active",
      /^its evaluations are not counted;/,
    ],
    [
      "unused if the only environment with counts does not use it",
      aFlag({}, { usedAt: null }, { environment: "staging", usedAt: null, countedSince: null }),
      "unused",
      /not evaluated since/,
    ],
    [
      "used in one environment is used",
      aFlag({}, { usedAt: null, configuration: split }, { environment: "staging" }),
      "active",
      /last evaluated yesterday, in staging/,
    ],
    [
      "not unused while one environment has not counted for 30 days",
      aFlag({}, { usedAt: null, configuration: split }, { environment: "new", usedAt: null, countedSince: daysAgo(3) }),
      "active",
      /counting began on 2026-05-29/,
    ],
    [
      "not unused while others need it",
      aFlag({}, { usedAt: null, isNeeded: true, configuration: split }),
      "active",
      /^other flags or segments need it; /,
    ],
    [
      "not unused in its first 30 days",
      aFlag({ createdAt: daysAgo(20) }, { usedAt: null, changedAt: daysAgo(5) }),
      "active",
      /not evaluated/,
    ],
    [
      "rolled out after 14 days of one variant for everyone",
      aFlag({}, { changedAt: daysAgo(14) }),
      "rolled-out",
      'serves "on" to everyone, unchanged for 14 days',
    ],
    ["not rolled out a moment earlier", aFlag({}, { changedAt: daysAgo(13.99) }), "active", /changed 13 days ago/],
    [
      "rolled out from the day on which a schedule ended",
      aFlag(
        {},
        {
          configuration: {
            ...inEnvironment().configuration,
            rules: [{ serve: { variant: "off" }, until: daysAgo(10) }],
          },
        },
      ),
      "active",
      /changed 10 days ago/,
    ],
    ["not rolled out with a split", aFlag({}, { configuration: split }), "active", /last evaluated/],
    [
      "rolled out with another variant in each environment",
      aFlag({}, {}, { environment: "staging", configuration: { ...inEnvironment().configuration, enabled: false } }),
      "rolled-out",
      'serves "on" to everyone in production and serves "off" to everyone in staging, unchanged for 100 days',
    ],
    [
      "not rolled out while one environment splits",
      aFlag({}, {}, { environment: "staging", configuration: split }),
      "active",
      /last evaluated/,
    ],
    ["never rolled out as a switch", aFlag({ kind: "switch" }), "active", /last evaluated/],
    ["never rolled out if it is permanent", aFlag({ lifetime: "permanent" }), "active", /^permanent; last evaluated/],
    ["active in no environment", aFlag({ environments: [] }), "active", /^in no environment/],
  ];
  test.for(cases)("is %s", ([, flag, name, reason], { expect }) => {
    const state = stateOf(flag, NOW);
    expect(state).toMatchObject({ name });
    if (typeof reason === "string") expect(state.reason).toBe(reason);
    else expect(state.reason).toMatch(reason);
  });

  test("says since when", ({ expect }) => {
    expect(stateOf(aFlag({}, { usedAt: daysAgo(40) }), NOW).since).toBe(daysAgo(40));
    expect(stateOf(aFlag({}, { usedAt: null }), NOW).since).toBe(daysAgo(90));
    expect(stateOf(aFlag({ createdAt: daysAgo(50) }, { usedAt: null }), NOW).since).toBe(daysAgo(50));
    expect(stateOf(aFlag(), NOW).since).toBe(daysAgo(100));
  });

  test("an expiry is reached at its instant", ({ expect }) => {
    expect(isExpired({ expiresAt: daysAgo(0) }, NOW)).toBe(true);
    expect(isExpired({ expiresAt: daysAgo(-0.001) }, NOW)).toBe(false);
    expect(isExpired({ expiresAt: null }, NOW)).toBe(false);
  });
});
