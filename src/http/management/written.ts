import type { Published } from "../../delivery/publisher.ts";
import { ConflictError } from "../../ops/errors.ts";
import type { Services } from "../../services.ts";
import type { Written, WriteResult } from "../../store/statements.ts";
import type { ManagementContext } from "./context.ts";
import { waitUntilOf } from "./context.ts";
import { entityTagOf, type IfMatch, PreconditionFailedError } from "./preconditions.ts";

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
  const [published] = await Promise.all([
    services.publisher.publish(environment, result, waitUntilOf(c)),
    publishAll(services, c, result.elsewhere),
  ]);
  c.header("x-flags-version", String(result.version));
  return { version: result.version, published };
}

/** Publishes in every environment of a change to a definition. Never throws. */
export async function publishAll(
  services: Services,
  c: ManagementContext,
  written: ReadonlyMap<string, Written>,
): Promise<Record<string, WriteAnswer>> {
  const answers = await Promise.all(
    [...written].map(async ([environment, { version, pending }]): Promise<[string, WriteAnswer]> => {
      const published = await services.publisher.publish(environment, { version, pending }, waitUntilOf(c));
      return [environment, { version, published }];
    }),
  );
  return Object.fromEntries(answers);
}

/**
 * The version of the flag's document after a write: that of the environment when the write changed the document,
 * undefined when it may have changed nothing.
 */
export function documentVersionAfter({ version, pending }: Written, flagKey: string): number | undefined {
  const last = pending.at(-1);
  if (last === undefined || last[0] !== version) return undefined;
  return last[1] === "*" || last[1].includes(flagKey) ? version : undefined;
}

/** What a write must find. */
export interface Guard {
  expectedVersion?: number;
  mustExist?: boolean;
}

/** If-Match as a guard of the write itself, so that nothing can come in between. @throws PreconditionFailedError */
export async function guardOf(
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

export function tagHeader(version: number): Record<string, string> {
  return { etag: entityTagOf(version) };
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
