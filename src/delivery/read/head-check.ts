import type { SingleFlight } from "../../resilience/single-flight.ts";
import { type Change, changesAfter, type Head } from "../../flags/changes.ts";
import { isWithin } from "../../ops/clock.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import { planHead } from "./load-plans.ts";
import type { Loader, LoadOutcome } from "./loader.ts";

/** Confirms the head that this isolate knows, or moves it. */
export interface HeadCheck {
  check(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
  /** As {@link check}, but a head that another isolate confirmed a moment ago is not enough. */
  checkAnew(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
}

/** A head that the isolates of a data centre share. */
export interface SharedHead extends Head {
  /** When it was last known to be the newest (ms since epoch). Earlier releases leave it out. */
  confirmedAt?: number;
}

/** A data centre's copies of heads: tagged entries of the Cache API, which a purge deletes. */
export interface EdgeHeadStore {
  get(environment: string): Promise<SharedHead | undefined>;
  put(environment: string, head: SharedHead, lifetimeMs: number): Promise<void>;
}

/** The parts from which both head checks are made. */
export interface HeadCheckParts {
  edge: EdgeHeadStore;
  loader: Loader;
  flights: SingleFlight;
  /** ms since epoch. */
  now: () => number;
}

/** The lifetime of a stored head if a purge can delete it: a lost purge has no effect after it (ms). */
const PURGED_LIFETIME_MS = 30_000;

/**
 * Checks the head in the data centre's own cache, and in L2 if that holds none. The entry lives at most 30 s, and each
 * change purges it several times, so that a head read just before a purge cannot outlive it for long.
 */
export function createEdgeHeadCheck({ edge, loader, flights, now }: HeadCheckParts): HeadCheck {
  async function look(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome> {
    const { name, memory } = state;
    const readAt = now();
    const stored = await edge.get(name).catch(() => undefined);
    if (stored !== undefined && isGoodFor(state, stored, scope)) {
      memory.advance(stored);
      memory.confirm(readAt);
      return "L2";
    }
    return loadAndShare(edge, loader, state, scope, PURGED_LIFETIME_MS);
  }
  const check: HeadCheck["check"] = (state, scope) =>
    scope.minVersion === undefined
      ? flights.run(`edge-head:${state.name}`, () => look(state, scope), scope)
      : look(state, scope);
  return { check, checkAnew: check };
}

/**
 * Checks the head without a purge transport. The isolates of a data centre share one check of L2 per interval. A shared
 * head counts from the moment it was confirmed, not from when it is read, so sharing makes no change visible later.
 */
export function createSharedHeadCheck({ edge, loader, flights, now }: HeadCheckParts, intervalMs: number): HeadCheck {
  const checkAnew: HeadCheck["check"] = (state, scope) => loadAndShare(edge, loader, state, scope, intervalMs);
  async function look(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome> {
    const stored = await edge.get(state.name).catch(() => undefined);
    const confirmedAt = stored?.confirmedAt ?? 0;
    if (stored === undefined || !isWithin(confirmedAt, intervalMs, now()) || !isGoodFor(state, stored, scope)) {
      return checkAnew(state, scope);
    }
    state.memory.advance(stored);
    state.memory.confirm(confirmedAt);
    return "L2";
  }
  const check: HeadCheck["check"] = (state, scope) =>
    scope.minVersion === undefined
      ? flights.run(`edge-head:${state.name}`, () => look(state, scope), scope)
      : look(state, scope);
  return intervalMs === 0 ? { check: checkAnew, checkAnew } : { check, checkAnew };
}

/** A head that lists too few changes would make this isolate start over, but L2 knows older ones. */
function isGoodFor({ memory }: EnvironmentState, head: Head, { minVersion = 0 }: RequestScope): boolean {
  const { version, changes } = head;
  const known = memory.version;
  if (version < Math.max(known, minVersion)) return false;
  return known === 0 || known === version || changesAfter(changes, known, version) !== undefined;
}

/** Checks the head in the tiers, and stores it for the other isolates of the data centre behind the response. */
async function loadAndShare(
  edge: EdgeHeadStore,
  loader: Loader,
  state: EnvironmentState,
  scope: RequestScope,
  lifetimeMs: number,
): Promise<LoadOutcome> {
  const { name, memory } = state;
  const outcome = await loader.load(state, planHead(state), scope);
  if ((outcome === "L2" || outcome === "L3") && lifetimeMs > 0) {
    const { version, checkedAt: confirmedAt } = memory;
    const head = { version, changes: [...memory.changes] satisfies Change[], confirmedAt };
    scope.waitUntil(edge.put(name, head, lifetimeMs).catch(() => undefined));
  }
  return outcome;
}
