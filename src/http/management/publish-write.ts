import { StoreUnavailableError } from "../../ops/errors.ts";
import type { Published } from "../../delivery/publish/publisher.ts";
import type { Written, WriteResult } from "../../store/writes/transaction.ts";
import type { Services } from "../services.ts";
import type { ManagementContext } from "./context.ts";
import { waitUntilOf } from "../wait-until.ts";

/** How long a response waits for the purge of the data centres; after that, the purge goes on after the response. */
export const EDGE_PATIENCE_MS = 1000;

/** The fields that every response to a write begins with. */
export interface WriteResponse {
  /** Version of the environment: a read with it in `X-Flags-Min-Version` sees the write. */
  version: number;
  published: Published;
}

/** Publishes a write in its environment and in every other one that shares the definition. Never throws. */
export async function publishWrite(
  { publisher }: Pick<Services, "publisher">,
  c: ManagementContext,
  environment: string,
  result: WriteResult,
): Promise<WriteResponse> {
  const everywhere = new Map<string, WriteResult | Written>([[environment, result], ...result.elsewhere]);
  const published = await publisher.publishAll(everywhere, waitUntilOf(c), EDGE_PATIENCE_MS);
  c.header("x-flags-version", String(result.version));
  return { version: result.version, published: published.get(environment) ?? {} };
}

/** Publishes a write that several environments share. Never throws. */
export async function publishEverywhere(
  { publisher }: Pick<Services, "publisher">,
  c: ManagementContext,
  written: ReadonlyMap<string, Written>,
): Promise<Record<string, WriteResponse>> {
  const published = await publisher.publishAll(written, waitUntilOf(c), EDGE_PATIENCE_MS);
  return Object.fromEntries(
    [...written].map(([environment, { version }]) => [
      environment,
      { version, published: published.get(environment) ?? {} },
    ]),
  );
}

/**
 * Returns the version of the flag's document after a write: the version of the environment if the last change names the
 * flag, `undefined` if the write may have changed nothing. A change of everything may come from another write.
 */
export function documentVersionAfter({ version, pending, reading }: WriteResult, flagKey: string): number | undefined {
  const read = reading?.flags.get(flagKey)?.version;
  if (read !== undefined) return read;
  const last = pending.at(-1);
  if (last === undefined || last[0] !== version || last[1] === "*") return undefined;
  return last[1].includes(flagKey) ? version : undefined;
}

/** Turns the failure of a read that follows a committed write into an error that says that the change was made. */
export function rethrowAfterWrite(cause: unknown): never {
  throw new StoreUnavailableError("the change was made, but the store did not respond to the read that follows it", {
    cause,
    mayHaveHappened: true,
  });
}
