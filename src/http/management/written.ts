import type { Published } from "../../delivery/publish/publisher.ts";
import { ConflictError, NotFoundError } from "../../ops/errors.ts";
import type { Services } from "../services.ts";
import type { Written, WriteResult } from "../../store/writes/transaction.ts";
import type { ManagementContext } from "./context.ts";
import { waitUntilOf } from "./context.ts";
import { entityTagOf, type IfMatch, PreconditionFailedError } from "./preconditions.ts";

/** How long the answer waits for the data centres' purge; past it the purge goes on behind the answer. */
export const EDGE_PATIENCE_MS = 1000;

/** What every answer to a write begins with. */
export interface WriteAnswer {
  /** Version of the environment: `X-Flags-Min-Version` with it guarantees an answer that has seen the write. */
  version: number;
  published: Published;
}

/** Publishes what a write changed, in its environment and in every other that shares the definition. Never throws. */
export async function publishWrite(
  services: Services,
  c: ManagementContext,
  environment: string,
  result: WriteResult,
): Promise<WriteAnswer> {
  const everywhere = new Map<string, WriteResult | Written>([[environment, result], ...result.elsewhere]);
  const published = await services.publisher.publishAll(everywhere, waitUntilOf(c), EDGE_PATIENCE_MS);
  c.header("x-flags-version", String(result.version));
  return { version: result.version, published: published.get(environment) ?? {} };
}

/** Publishes in every environment of a change to a definition. Never throws. */
export async function publishAll(
  services: Services,
  c: ManagementContext,
  written: ReadonlyMap<string, Written>,
): Promise<Record<string, WriteAnswer>> {
  const published = await services.publisher.publishAll(written, waitUntilOf(c), EDGE_PATIENCE_MS);
  return Object.fromEntries(
    [...written].map(([environment, { version }]) => [
      environment,
      { version, published: published.get(environment) ?? {} },
    ]),
  );
}

/**
 * The version of the flag's document after a write: that of the environment when its last change names the document,
 * undefined when the write may have changed nothing. A change of everything may be somebody else's.
 */
export function documentVersionAfter({ version, pending, reading }: WriteResult, flagKey: string): number | undefined {
  const read = reading?.flags.get(flagKey)?.version;
  if (read !== undefined) return read;
  const last = pending.at(-1);
  if (last === undefined || last[0] !== version || last[1] === "*") return undefined;
  return last[1].includes(flagKey) ? version : undefined;
}

/** What a write must find. */
export interface Guard {
  expectedVersion?: number;
  mustExist?: boolean;
}

/**
 * Writes under If-Match: the version is a guard of the write itself, so that nothing can come in between. Of several
 * versions the current one is the guard, and when it moves meanwhile, to another listed one perhaps, it is read again.
 *
 * @throws PreconditionFailedError
 */
export async function writeUnder<T>(
  ifMatch: IfMatch | undefined,
  currentVersion: () => Promise<number | undefined>,
  write: (guard: Guard) => Promise<T>,
): Promise<T> {
  return await underCondition(ifMatch !== undefined, () =>
    retryOnConflict(async () => await write(await guardOf(ifMatch, currentVersion)), namesSeveral(ifMatch)),
  );
}

/** Whether another version than the one that was found would do as well. */
export function namesSeveral(ifMatch: IfMatch | undefined): boolean {
  return ifMatch !== undefined && ifMatch !== "*" && ifMatch.length > 1;
}

async function guardOf(
  ifMatch: IfMatch | undefined,
  currentVersion: () => Promise<number | undefined>,
): Promise<Guard> {
  if (ifMatch === undefined) return {};
  if (ifMatch === "*") return { mustExist: true };
  const [only] = ifMatch;
  if (only !== undefined && ifMatch.length === 1) return { expectedVersion: only, mustExist: true };
  const current = await currentVersion();
  if (current === undefined || !ifMatch.includes(current)) throw new PreconditionFailedError(current);
  return { expectedVersion: current, mustExist: true };
}

/** A conflict over a condition that the caller made is 412; any other stays 409. */
export async function underCondition<T>(isConditional: boolean, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isConditional && error instanceof ConflictError && error.version !== undefined) {
      throw new PreconditionFailedError(error.version);
    }
    throw error;
  }
}

export function tagHeader(version: number | string): Record<string, string> {
  return { etag: entityTagOf(version) };
}

/** What a PUT may create does exist when it comes with If-Match: 412 where it does not. @throws PreconditionFailedError */
export async function existingUnder<T>(
  isConditional: boolean,
  environmentExists: () => Promise<boolean>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isConditional || !(error instanceof NotFoundError) || !(await environmentExists())) throw error;
    throw new PreconditionFailedError(undefined);
  }
}

/** How often a change is tried again when somebody else was first. */
const ATTEMPTS = 3;

/** Reads, changes and writes under the version that was read; starts over when somebody else was first. */
export async function retryOnConflict<T>(run: (attempt: number) => Promise<T>, mayRetry: boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (!mayRetry || !(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}
