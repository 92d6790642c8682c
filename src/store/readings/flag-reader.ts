import type { Reading } from "../../flags/reading.ts";
import { StoreUnavailableError } from "../../ops/errors.ts";
import type { StoreDatabase } from "../client.ts";
import { selectReading, type ReadingRow, type Since, toReading } from "./environment-reading.ts";
import { readJson } from "../writes/transaction.ts";

/**
 * Reads documents, with one statement per call. Returns `undefined` if the environment does not exist. The reading has
 * the changes after the version `since`, unless `tag` is not that version's tag, as after a restore.
 * @throws StoreUnavailableError
 */
export interface FlagReader {
  readFlags(
    environment: string,
    flagKeys: readonly string[],
    since?: number,
    tag?: string,
  ): Promise<Reading | undefined>;
  readEnvironment(environment: string, since?: number, tag?: string): Promise<Reading | undefined>;
}

export function createFlagReader(db: StoreDatabase): FlagReader {
  const read = async (environment: string, since: Since, flagKeys?: readonly string[]) => {
    try {
      const [row] = await readJson<ReadingRow>(db, selectReading(environment, since, flagKeys));
      return row === undefined ? undefined : toReading(row, since.version);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      throw new StoreUnavailableError("the store rejected a read", { cause: error });
    }
  };
  return {
    readFlags: (environment, flagKeys, version, tag) => read(environment, { version, tag }, flagKeys),
    readEnvironment: (environment, version, tag) => read(environment, { version, tag }),
  };
}
