/** Creates a flag in every environment, and remembers what happened for the notice on the flag's page. */
import { signal } from "@preact/signals";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { notifyFailure, reasonOf } from "../notices.ts";
import { client } from "../session.ts";

export interface CreatedFlag {
  flag: Flag;
  /** The environment that was chosen. */
  environment: string;
  /** The other environments that have the flag, off. */
  others: readonly string[];
  failures: readonly { environment: string; reason: string }[];
}

/** The flag that this page has created last. */
export const createdFlag = signal<CreatedFlag | undefined>(undefined);

/**
 * Creates `flag` in the environment, and `off` in all others. The API has no write to several environments, so the
 * chosen one comes first: if it refuses the flag, then nothing is written at all. Returns whether it was created.
 */
export async function createEverywhere(
  environment: string,
  others: readonly string[],
  { flag, off }: { flag: Flag; off: Flag },
  onRejected: (problems: readonly Problem[]) => void,
): Promise<boolean> {
  try {
    await client.call("createFlag", { path: { env: environment }, body: flag });
  } catch (error) {
    const isTaken = error instanceof ApiError && error.status === 409;
    const problems = error instanceof ApiError ? (error.problem.errors ?? []) : [];
    if (problems.length > 0) onRejected(problems);
    else if (isTaken) onRejected([{ pointer: "/key", detail: `${flag.key} is already the key of a flag` }]);
    else notifyFailure(`Could not create ${flag.key}`, error);
    return false;
  }
  const failures: CreatedFlag["failures"][number][] = [];
  for (const other of others) {
    try {
      await client.call("createFlag", { path: { env: other }, body: off });
    } catch (error) {
      failures.push({ environment: other, reason: reasonOf(error) });
    }
  }
  const failed = failures.map((one) => one.environment);
  createdFlag.value = { flag, environment, others: others.filter((other) => !failed.includes(other)), failures };
  return true;
}
