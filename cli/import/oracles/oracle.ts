import type { ImportOptions } from "../../../sdk/import/index.ts";

/** A system's own SDK over one export. It never connects to the system. */
export interface Oracle {
  /**
   * Returns the results of flags for a context in the system's own form, in the form of `fromResolution`. `null` stands
   * for the caller's default. A flag whose result only the system's server could decide is left out.
   */
  evaluate(
    context: unknown,
    flagKeys: readonly string[],
  ): ReadonlyMap<string, unknown> | Promise<ReadonlyMap<string, unknown>>;
  close(): void | Promise<void>;
}

/** A system whose SDK for Node.js evaluates an export by itself. */
export interface OracleSystem {
  /** The npm package of the SDK, one of `peerDependencies` in package.json. */
  package: string;
  /** Further modules of the package. Their names are passed to `start` together. */
  modules?: readonly string[];
  /** Starts the SDK over an export. `sdk` has the names that the modules export. */
  start(sdk: object, source: unknown, options: ImportOptions): Oracle | Promise<Oracle>;
}

/** Returns the result of each flag. @throws Error that names the flag if there is none */
export function resultsOf(flagKeys: readonly string[], resultOf: (flagKey: string) => unknown): Map<string, unknown> {
  const named = (key: string): unknown => {
    try {
      return resultOf(key);
    } catch (error) {
      throw new Error(`flag "${key}": ${(error as Error).message}`, { cause: error });
    }
  };
  return new Map(flagKeys.map((key) => [key, named(key)]));
}

/** A logger that logs nothing. SDKs would write to the standard output. */
export const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
