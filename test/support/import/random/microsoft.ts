import type { Draws } from "../draws.ts";
import type { TargetingContext } from "../../../../cli/import/oracles/msfm.ts";

const GROUPS = ["staff", "beta", "Ring 1", "zwölf"];
const VARIANTS = ["Big", "Small", "gone"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const HOUR = 3_600_000;
const START = Date.parse("2026-03-02T00:00:00Z");

function userId({ pick, below, happens }: Draws): string {
  return happens(0.3) ? pick(["ada", "bob", "", "zoë", "用户42", "🦄"]) : `user-${below(1_000_000)}`;
}

function users(draws: Draws): string[] {
  return draws.some(0, 3, () => userId(draws));
}

function groups({ picks, below }: Draws): string[] {
  return [...new Set(picks(GROUPS, below(3)))];
}

function percent({ pick, below }: Draws): number {
  return pick([0, 100, below(101), below(1000) / 10, below(100_000) / 1000]);
}

function targeting(draws: Draws): object {
  const { happens } = draws;
  return {
    name: "Microsoft.Targeting",
    parameters: {
      Audience: {
        ...(happens(0.7) && { Users: users(draws) }),
        ...(happens(0.7) && {
          Groups: groups(draws).map((Name) => ({ Name, RolloutPercentage: percent(draws) })),
        }),
        DefaultRolloutPercentage: percent(draws),
        ...(happens(0.4) && { Exclusion: { Users: users(draws), Groups: groups(draws) } }),
      },
    },
  };
}

function recurrence({ pick, below, picks, happens }: Draws, start: Date): object {
  const day = DAYS[start.getUTCDay()] ?? "";
  const daily = { Type: "Daily", Interval: pick([1, 1, 7]) };
  const weekly = {
    Type: "Weekly",
    DaysOfWeek: [...new Set([day, ...picks(DAYS, below(3))])],
    FirstDayOfWeek: pick(DAYS),
  };
  const last = new Date(start.getTime() + below(30 * 24) * HOUR).toISOString();
  return {
    Pattern: happens(0.4) ? daily : { ...weekly, Interval: 1 },
    Range: pick([
      { Type: "NoEnd" },
      { Type: "EndDate", EndDate: last },
      { Type: "Numbered", NumberOfOccurrences: 1 + below(20) },
    ]),
  };
}

function timeWindow(draws: Draws): object {
  const { below, happens, pick } = draws;
  const start = new Date(START + below(20 * 24 * 60) * 60_000);
  const hours = pick([1, 8, 23, 24, 1 + below(72)]);
  const end = new Date(start.getTime() + hours * HOUR);
  const isRecurring = happens(0.6);
  const parameters = {
    ...((isRecurring || happens(0.7)) && { Start: happens(0.5) ? start.toUTCString() : start.toISOString() }),
    ...((isRecurring || happens(0.7)) && { End: end.toUTCString() }),
    ...(isRecurring && { Recurrence: recurrence(draws, start) }),
  };
  return { name: "Microsoft.TimeWindow", parameters: parameters };
}

function allocation(draws: Draws): object {
  const { happens, pick, some, below } = draws;
  const variant = (): string => pick(VARIANTS);
  const range = (): object => {
    const from = percent(draws);
    return {
      variant: variant(),
      from,
      to: Math.max(from, pick([percent(draws), from + below(30) > 100 ? 100 : from])),
    };
  };
  return {
    ...(happens(0.6) && { default_when_enabled: variant() }),
    ...(happens(0.6) && { default_when_disabled: variant() }),
    ...(happens(0.5) && { user: some(0, 2, () => ({ variant: variant(), users: users(draws) })) }),
    ...(happens(0.5) && { group: some(0, 2, () => ({ variant: variant(), groups: groups(draws) })) }),
    ...(happens(0.8) && { percentile: some(0, 4, range) }),
    ...(happens(0.3) && { seed: pick(["seed", "ä", ""]) }),
  };
}

/** Returns a random flag of the schema of Microsoft Feature Management. */
export function randomFeature(draws: Draws, id: string): { id: string } & Record<string, unknown> {
  const { happens, pick, some } = draws;
  const filter = (): object => (happens(0.65) ? targeting(draws) : timeWindow(draws));
  const override = (): object => (happens(0.4) ? { status_override: pick(["None", "Enabled", "Disabled"]) } : {});
  return {
    id,
    ...(happens(0.95) && { enabled: happens(0.9) }),
    conditions: {
      ...(happens(0.5) && { requirement_type: pick(["All", "Any"]) }),
      client_filters: some(0, 3, filter),
    },
    ...(happens(0.6) && {
      variants: [
        { name: "Big", configuration_value: { size: 500 }, ...override() },
        { name: "Small", configuration_value: pick(["300px", 3, null, false]), ...override() },
      ],
      ...(happens(0.9) && { allocation: allocation(draws) }),
    }),
  };
}

/** Returns a random context and the instant of its evaluation, in ms since epoch. */
export function randomVisit(draws: Draws): { context: TargetingContext; now: number } {
  const { happens, below } = draws;
  return {
    context: {
      ...(happens(0.9) && { userId: userId(draws) }),
      ...(happens(0.6) && { groups: groups(draws) }),
    },
    now: START + below(40 * 24 * 60) * 60_000,
  };
}
