import type { KeyTable } from "../../flags/sdk-keys.ts";
import { MinVersionError, type RequestScope, type Tier, UnavailableError } from "../request-scope.ts";
import type { LoadOutcome } from "./loader.ts";

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
  return isSuperseded || (outcome !== "L2" && outcome !== "L3") ? "stale" : outcome;
}
