import type { SingleFlight } from "../../resilience/single-flight.ts";
import { changesAfter, type Head } from "../../flags/changes.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import { planHead } from "./load-plans.ts";
import type { Loader, LoadOutcome } from "./loader.ts";

/** Confirms the head that this isolate knows, or moves it. */
export interface HeadCheck {
  check(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
}

/** Checks the head that L2 holds. Used if no purge transport is configured. */
export function createRedisHeadCheck(loader: Loader): HeadCheck {
  return { check: (state, scope) => loader.load(state, planHead(state), scope) };
}

/** A data centre's copies of heads: tagged entries of the Cache API, which a purge deletes. */
export interface EdgeHeadStore {
  get(environment: string): Promise<Head | undefined>;
  put(environment: string, head: Head): Promise<void>;
}

/**
 * Checks the head in the data centre's own cache, and in L2 if that holds none. The entry lives at most 30 s, and each
 * change purges it several times, so that a head read just before a purge cannot outlive it for long.
 */
export function createEdgeHeadCheck(
  edge: EdgeHeadStore,
  loader: Loader,
  flights: SingleFlight,
  now: () => number,
): HeadCheck {
  async function check(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome> {
    const { name, memory } = state;
    const readAt = now();
    const stored = await edge.get(name).catch(() => undefined);
    const isNewEnough = stored !== undefined && stored.version >= Math.max(memory.version, scope.minVersion ?? 0);
    if (isNewEnough && reachesBackTo(memory.version, stored) && !isOtherHistory(stored, memory)) {
      memory.advance(stored);
      memory.confirm(readAt);
      return "L2";
    }
    const outcome = await loader.load(state, planHead(state), scope);
    if (outcome === "L2" || outcome === "L3") {
      const head: Head = { version: memory.version, changes: [...memory.changes], tag: memory.tag };
      scope.waitUntil(edge.put(name, head).catch(() => undefined));
    }
    return outcome;
  }
  /** A head that lists too few changes would make this isolate start over, but L2 knows older ones. */
  function reachesBackTo(known: number, { version, changes }: Head): boolean {
    return known === 0 || known === version || changesAfter(changes, known, version) !== undefined;
  }
  return {
    check: (state, scope) =>
      scope.minVersion === undefined
        ? flights.run(`edge-head:${state.name}`, () => check(state, scope), scope)
        : check(state, scope),
  };
}

/** Whether a restore lies between the stored head and the isolate, so that only L2 can tell which is right. */
function isOtherHistory(stored: Head, { version, tag }: Pick<Head, "version" | "tag">): boolean {
  return stored.version === version && stored.tag !== undefined && tag !== undefined && stored.tag !== tag;
}
