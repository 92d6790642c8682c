import type { CompiledFlag } from "../../evaluation/types.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import { MinVersionError, type RequestScope, type Tier, UnavailableError } from "../request-scope.ts";
import type { EnvironmentState } from "../environment.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import { isLoaded, type LoadOutcome } from "./loader.ts";

/** Whose flags are asked for, and what the request lends to reading them. */
export interface SourceQuestion {
  environment: string;
  /** The SDK key that asks. Without one, no key is checked and no limit applies. */
  keyId?: string;
  /** The isolate has just looked for the SDK key, so it does not look again. */
  isKeyChecked?: boolean;
  /** The caller sees only client-visible flags, so a hidden flag may count as absent. */
  seesOnlyVisible?: boolean;
  scope: RequestScope;
}

/** The flags for one evaluation, and where they came from. */
export interface SourceResult<V> {
  value: V;
  /** The environment version at which the value is right. */
  version: number;
  tier: Tier;
  /** The sources could not be read, and the value is the last one known. */
  isStale: boolean;
  /** Seconds since the version was last confirmed. */
  ageSeconds: number;
  keys: KeyTable;
}

/** A result; `undefined` if the environment does not exist, or does not list the SDK key. */
export type Found<V> = SourceResult<V> | undefined;

/** Whether the request accepts what memory holds. */
export function isPlain(scope: RequestScope): boolean {
  return scope.minVersion === undefined && scope.noCache !== true;
}

/** @throws MinVersionError, UnavailableError the version is below the one that the request requires */
export function requireVersion(version: number, { minVersion }: RequestScope, outcome: LoadOutcome): void {
  if (minVersion === undefined || version >= minVersion) return;
  if (outcome === "unavailable") throw new UnavailableError(`version ${minVersion} cannot be confirmed`);
  throw new MinVersionError(minVersion, version);
}

/** The tier that a loaded value came from; `stale` if the load did not bring it. */
export function loadedFrom(outcome: LoadOutcome, isSuperseded: boolean): Tier | "stale" {
  return !isSuperseded && isLoaded(outcome) ? outcome : "stale";
}

/** The result of a warm isolate: its keys are current, and its head is confirmed. */
export function warmResult(
  { version, checkedAt, keys = {} }: EnvironmentState["memory"],
  value: CompiledFlag | null,
  now: number,
): SourceResult<CompiledFlag | null> {
  return { value, version, tier: "L1", isStale: false, ageSeconds: secondsBetween(checkedAt, now), keys };
}

/** The result of what L1 holds now. @throws UnavailableError L1 has never held the SDK keys */
export function resultOf<V>(
  { memory, isFailing }: EnvironmentState,
  value: V,
  tier: Tier | "stale",
  version: number,
  now: number,
): SourceResult<V> {
  const keys = memory.lastKeys;
  if (keys === undefined) throw new UnavailableError("the SDK keys of this environment cannot be read from any tier");
  const isStale = tier === "stale" || isFailing;
  const ageSeconds = secondsBetween(memory.checkedAt, now);
  return { value, version, tier: tier === "stale" ? "L1" : tier, isStale, ageSeconds, keys };
}

/**
 * The snapshot's value. An SDK key that this isolate knows to be revoked since stays revoked, even if its table of keys
 * is superseded: a revoked key never comes back.
 */
export function snapshotResult<V>(
  { memory }: EnvironmentState,
  snapshot: Snapshot,
  value: V,
  now: number,
): SourceResult<V> {
  const { version, takenAt } = snapshot;
  const keysAsOf = memory.keys === undefined ? memory.keysAsOf : memory.version;
  const keys = (keysAsOf >= version ? memory.lastKeys : undefined) ?? snapshot.keys;
  return { value, version, tier: "snapshot", isStale: true, ageSeconds: secondsBetween(takenAt, now), keys };
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000));
}
