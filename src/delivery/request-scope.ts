/** The resources that one request lends to the code that serves it. */
export interface RequestScope {
  /** Keeps I/O alive after the response. Without it, workerd drops a promise that outlives its request. */
  waitUntil(promise: Promise<unknown>): void;
  /** The response must be of this environment version or a later one. */
  minVersion?: number;
  /** Read the store again, even if the tiers hold the flags. */
  noCache?: boolean;
}

/** The sources of results, nearest first. A snapshot is used if none of the others can be read. */
export type Tier = "L1" | "data-centre" | "L2" | "L3" | "snapshot";

/** No tier holds the flags, and the store cannot be reached: 503. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** The version that the caller has seen is not visible here yet: 503, retry. */
export class MinVersionError extends Error {
  override readonly name = "MinVersionError";
  readonly version: number;
  constructor(asked: number, version: number) {
    super(`version ${asked} is not visible here yet, the newest is ${version}`);
    this.version = version;
  }
}

/** This isolate asks its backends for too many flags or versions that it does not know: 429, try again in a second. */
export class LoadLimitError extends Error {
  override readonly name = "LoadLimitError";
  constructor() {
    super("too many requests for flags or versions that are not cached here yet; retry after 1 s");
  }
}
