/** Writes under the conditions of a request. Tries again if another writer was first and the conditions still hold. */
import { ConflictError, NotFoundError } from "../../ops/errors.ts";
import type { Services } from "../services.ts";
import { type IfMatch, isMatch, PreconditionFailedError, type WriteConditions } from "./preconditions.ts";

/** The attempts at a write that other writers overtake, without a pause between them. */
const ATTEMPTS = 3;
/** The further attempts at a write that may pause before each. */
const PAUSED_ATTEMPTS = 6;
/** The longest pause before the first further attempt (ms). It doubles with each one. */
const FIRST_PAUSE_MS = 100;

/** The clock and the randomness for these pauses. Writers that all retry at once would only collide again. */
export type Pauses = Pick<Services, "clock" | "random">;

/** The state that the store must find for the write to take place. */
export interface Guard {
  expectedVersion?: number;
  mustExist?: boolean;
  mustNotExist?: boolean;
}

export interface ConditionalWrite<T> {
  conditions: WriteConditions;
  /** Returns the current version, `undefined` if the resource does not exist. Called if If-Match lists several. */
  currentVersion(): Promise<number | undefined>;
  /** Writes if the store finds the guarded state, and throws ConflictError or NotFoundError otherwise. */
  write(guard: Guard): Promise<T>;
  /** For a write that may create: whether its environment exists, so that only the resource itself is missing. */
  environmentExists?(): Promise<boolean>;
}

/**
 * Writes a whole resource. The store checks the version in the transaction of the write, so that no other write can
 * come in between. @throws PreconditionFailedError
 */
export async function conditionalWrite<T>(options: ConditionalWrite<T>): Promise<T> {
  const { conditions, currentVersion, write, environmentExists } = options;
  const { ifMatch, mustNotExist } = conditions;
  try {
    return await retryOnConflict(
      async () => await write({ ...(await guardOf(ifMatch, currentVersion)), ...(mustNotExist && { mustNotExist }) }),
      listsSeveral(ifMatch),
    );
  } catch (error) {
    const isMissing = error instanceof NotFoundError && ifMatch !== undefined && (await environmentExists?.());
    if (isMissing === true) throw new PreconditionFailedError(undefined);
    throw asPreconditionError(error, ifMatch !== undefined || mustNotExist === true);
  }
}

export interface ConditionalChange<Current extends { version: number }, T> {
  ifMatch: IfMatch | undefined;
  pauses: Pauses;
  /** Reads the resource. Counts its calls from 1. @throws HttpError 404 */
  read(attempt: number): Promise<Current>;
  /** Writes if the resource is still at the version that was read, and throws ConflictError otherwise. */
  write(current: Current): Promise<T>;
}

/** Changes a part of a resource: reads it, and writes what becomes of it. @throws PreconditionFailedError */
export async function conditionalChange<Current extends { version: number }, T>(
  options: ConditionalChange<Current, T>,
): Promise<T> {
  const { ifMatch, pauses, read, write } = options;
  try {
    return await retryOnConflict(
      async (attempt) => {
        const current = await read(attempt);
        if (!isMatch(ifMatch, current.version)) throw new PreconditionFailedError(current.version);
        return await write(current);
      },
      ifMatch === undefined || ifMatch === "*" || listsSeveral(ifMatch),
      pauses,
    );
  } catch (error) {
    throw asPreconditionError(error, ifMatch !== undefined);
  }
}

/** Runs a read and the write that depends on it again if another writer came in between. Counts attempts from 1. */
export async function retryOnConflict<T>(
  run: (attempt: number) => Promise<T>,
  mayRetry: boolean,
  pauses?: Pauses,
): Promise<T> {
  const attempts = ATTEMPTS + (pauses === undefined ? 0 : PAUSED_ATTEMPTS);
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (!mayRetry || !(error instanceof ConflictError) || attempt === attempts) throw error;
      if (pauses === undefined || attempt < ATTEMPTS) continue;
      await pauses.clock.sleep(pauses.random() * FIRST_PAUSE_MS * 2 ** (attempt - ATTEMPTS));
    }
  }
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

/** Whether another version than the one that was found could meet the condition as well. */
function listsSeveral(ifMatch: IfMatch | undefined): boolean {
  return ifMatch !== undefined && ifMatch !== "*" && ifMatch.length > 1;
}

/** Turns a conflict into 412 if the caller set a condition. Without one it stays a conflict, 409. */
function asPreconditionError(error: unknown, isConditional: boolean): unknown {
  const isFailedCondition = isConditional && error instanceof ConflictError && error.version !== undefined;
  return isFailedCondition ? new PreconditionFailedError(error.version) : error;
}
