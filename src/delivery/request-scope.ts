/** What a request lends to the code that serves it. */
export interface RequestScope {
  /** Keeps I/O alive after the answer; workerd drops a promise that outlives its request otherwise. */
  waitUntil(promise: Promise<unknown>): void;
  /** The answer must be of this environment version or a later one. */
  minVersion?: number;
  /** Read the store again, whatever the tiers hold. */
  noCache?: boolean;
}

/** Where an answer came from, nearest first; a snapshot is asked when none of the others can answer. */
export type Tier = "L1" | "L2" | "L3" | "snapshot";

/** No tier and no store holds what was asked for, and the store cannot be reached: 503. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** The version that the caller has seen is not visible here yet: 503, try again. */
export class MinVersionError extends Error {
  override readonly name = "MinVersionError";
  readonly version: number;
  constructor(asked: number, version: number) {
    super(`version ${asked} is not visible here yet, the newest is ${version}`);
    this.version = version;
  }
}
