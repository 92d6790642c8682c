import { within } from "../../resilience/deadline.ts";
import type { Clock } from "../../ops/clock.ts";
import type { SharedHeads } from "../entries/shared-heads.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import type { LoadPlan } from "./load-plans.ts";
import { isLoaded, type Loader, type LoadOutcome } from "./loader.ts";

/** A load that takes longer goes on after the response, if something older can be served (ms). */
const LOAD_BUDGET_MS = 2000;

/** A load under way. */
export interface Load {
  plan: LoadPlan;
  /** ms since epoch. */
  startedAt: number;
  outcome: Promise<LoadOutcome>;
}

export interface SettleOptions {
  loader: Loader;
  snapshots?: Snapshots | undefined;
  /** `undefined` if the isolates of a data centre share nothing. */
  sharedHeads?: SharedHeads | undefined;
  clock: Clock;
  headCheckMs: number;
}

/**
 * Waits for a load, or returns the snapshot to serve if the load fails or takes too long and L1 does not hold what is
 * asked for either. `heldAt` returns the version that L1 could serve.
 */
export async function settle(
  options: SettleOptions,
  state: EnvironmentState,
  scope: RequestScope,
  load: Load,
  heldAt: () => number | undefined,
): Promise<LoadOutcome | Snapshot> {
  const { loader, snapshots, clock } = options;
  const finished = finish(options, state, scope, load);
  if (snapshots === undefined || scope.noCache === true) return finished;
  // During a known outage only a probe would take any time.
  const outcome = await within(finished, loader.isOutage ? 0 : LOAD_BUDGET_MS, clock);
  if (outcome !== undefined && outcome !== "unavailable") return outcome;
  const isGood = (version: number | undefined) => version !== undefined && version >= (scope.minVersion ?? 0);
  const isHeld = state.memory.lastKeys !== undefined && isGood(heldAt());
  const snapshot = isHeld ? undefined : await snapshots.read(state.name, scope);
  if (!isHeld && !isGood(snapshot?.version)) return outcome ?? finished;
  if (outcome === undefined) scope.waitUntil(finished.catch(() => undefined));
  return snapshot ?? "unavailable";
}

/** Ends a load, and records in the state how it ended. */
async function finish(
  { loader, snapshots, sharedHeads, headCheckMs }: SettleOptions,
  state: EnvironmentState,
  scope: RequestScope,
  { plan, startedAt, outcome: first }: Load,
): Promise<LoadOutcome> {
  let outcome = await first;
  const { checkedAt } = state.memory;
  // A load joined from another request may be too old for this one. If so, load again.
  const isTooOld = checkedAt < startedAt && startedAt - checkedAt >= headCheckMs;
  if (isLoaded(outcome) && isTooOld) outcome = await loader.load(state, plan, scope);
  if (isLoaded(outcome)) {
    state.recovered();
    if (outcome !== "data-centre") sharedHeads?.share(state, scope);
    snapshots?.tierResponded(state, scope);
  }
  return outcome;
}
