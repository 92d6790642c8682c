import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { Change, Head } from "../../flags/changes.ts";
import type { Loader, LoadOutcome } from "./loader.ts";
import type { RequestScope } from "../request-scope.ts";

/** Confirms or moves the head that this isolate knows. */
export interface HeadCheck {
  check(environment: string, scope: RequestScope): Promise<LoadOutcome>;
}

/** The head as L2 holds it: used where no purge transport is configured. */
export function createRedisHeadCheck(loader: Loader): HeadCheck {
  return { check: (environment, scope) => loader.head(environment, scope) };
}

/** A data centre's copy of heads: a tagged entry of the Cache API that the purge deletes. */
export interface EdgeHeadStore {
  get(environment: string): Promise<Head | undefined>;
  put(environment: string, head: Head): Promise<void>;
}

/**
 * The head from the data centre's own cache, and from L2 when it holds none. The entry lives 30 s at most and is
 * purged (and purged again) on change, so a head read just before a purge cannot stay behind it.
 */
export function createEdgeHeadCheck(
  edge: EdgeHeadStore,
  tiers: TieredCache<CompiledFlag>,
  loader: Loader,
  flights: SingleFlight,
  now: () => number,
): HeadCheck {
  async function check(environment: string, scope: RequestScope): Promise<LoadOutcome> {
    const memory = tiers.l1.environment(environment);
    const readAt = now();
    const cached = await edge.get(environment).catch(() => undefined);
    if (cached !== undefined && cached.version >= Math.max(memory.version, scope.minVersion ?? 0)) {
      tiers.l1.advance(environment, cached);
      memory.checkedAt = Math.max(memory.checkedAt, readAt);
      return "L2";
    }
    const outcome = await loader.head(environment, scope);
    if (outcome === "L2" || outcome === "L3") {
      const head = { version: memory.version, changes: [...memory.changes] satisfies Change[] };
      scope.waitUntil(edge.put(environment, head).catch(() => undefined));
    }
    return outcome;
  }
  return {
    check: (environment, scope) =>
      scope.minVersion === undefined
        ? flights.run(`edge-head:${environment}`, () => check(environment, scope), scope)
        : check(environment, scope),
  };
}
