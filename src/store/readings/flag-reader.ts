import type { Reading } from "../../flags/reading.ts";
import { StoreUnavailableError } from "../../ops/errors.ts";
import type { StoreDatabase } from "../client.ts";
import { type Requested, selectReading, type ReadingRow, toReading } from "./environment-reading.ts";
import { readJson } from "../writes/transaction.ts";

/**
 * Reads documents, with one statement per call. Returns `undefined` if the environment does not exist. The reading has
 * the changes after the version `since`, with the tags that they lead on from.
 * @throws StoreUnavailableError
 */
export interface FlagReader {
  readFlags(environment: string, flagKeys: readonly string[], since?: number): Promise<Reading | undefined>;
  /** Reads the index and all flags; with `first`, at most that many flags. */
  readEnvironment(environment: string, since?: number, first?: number): Promise<Reading | undefined>;
}

export function createFlagReader(db: StoreDatabase): FlagReader {
  const read = async (environment: string, since?: number, wanted?: Requested) => {
    try {
      const [row] = await readJson<ReadingRow>(db, selectReading(environment, since, wanted));
      return row === undefined ? undefined : toReading(row, since);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      throw new StoreUnavailableError("the store rejected a read", { cause: error });
    }
  };
  return {
    readFlags: (environment, flagKeys, since) => read(environment, since, { keys: flagKeys }),
    readEnvironment: (environment, since, first) =>
      read(environment, since, first === undefined ? undefined : { first }),
  };
}
