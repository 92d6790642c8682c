import type { Findings } from "./judge/judge.ts";
import type { CacheCounts, Meter } from "./judge/meter.ts";
import type { PropagationResult } from "./judge/propagation.ts";
import type { Scenario } from "./scenarios.ts";

/** How much is simulated. */
export interface Size {
  /** The number from which everything random follows. */
  seed: number;
  dataCentres: number;
  /** Isolates in each data centre. */
  isolates: number;
  flags: number;
  /** The requests of a whole day. */
  evaluations: number;
  changes: number;
  /** How much of the day is simulated. */
  hours: number;
  /** Takes longer, with the same results. See the engine. */
  isPatient?: boolean;
}

/** Returns the size of a scenario with more traffic, which is shorter in the same ratio. */
export function sizeOf({ traffic = 1 }: Scenario, size: Size): Size {
  const { evaluations, changes, hours } = size;
  return { ...size, evaluations: evaluations * traffic, changes: Math.ceil(changes / traffic), hours: hours / traffic };
}

/** The result of one scenario. Plain data. */
export interface ScenarioResult {
  scenario: Scenario;
  size: Size;
  findings: Findings;
  propagation: PropagationResult;
  /** How many isolates started. */
  isolates: number;
  caches: CacheCounts;
  redis: Calls;
  postgres: Calls;
  purges: Calls;
  /** The times of the changes (seconds since the start). */
  changedAt: number[];
  /** The events of the log, by name. */
  logged: Record<string, number>;
}

/** The calls of one backend. */
export interface Calls {
  total: number;
  failed: number;
  byName: Record<string, number>;
  /** The text of all replies (characters). */
  chars: number;
  perSecond: number[];
}

export function callsOf({ total, failed, byName, chars, perSecond }: Meter): Calls {
  const sorted = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { total, failed, byName: Object.fromEntries(sorted), chars, perSecond: [...perSecond] };
}
