/** Creates a flag in every environment, and remembers what happened for the notice on the flag's page. */
import { signal } from "@preact/signals";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { listText } from "../../../../sdk/words/names.ts";
import { askReviewIfProtected } from "../../ui/review/review.tsx";
import type { Problem } from "../../ui/fields/problem.ts";
import { isProtected } from "../environments.ts";
import { notify, notifyFailure, reasonOf } from "../notices.ts";

export interface CreatedFlag {
  flag: Flag;
  /** The environment that was chosen. */
  environment: string;
  /** The other environments that have the flag, off. */
  others: readonly string[];
  failures: readonly { environment: string; reason: string }[];
  /** The version of the flag in each environment that has it. */
  versions: Readonly<Record<string, number>>;
}

/** The flag that this page has created last. */
export const createdFlag = signal<CreatedFlag | undefined>(undefined);

/**
 * Creates `flag` in the environment, and `off` in all others. The API has no write to several environments, so the
 * chosen one comes first: if it refuses the flag, then nothing is written at all. Returns whether it was created.
 */
export async function createEverywhere(
  changeClient: Client,
  environment: string,
  others: readonly string[],
  { flag, off }: { flag: Flag; off: Flag },
  onRejected: (problems: readonly Problem[]) => void,
): Promise<boolean> {
  const versions: Record<string, number> = {};
  try {
    const path = { env: environment };
    versions[environment] = (await changeClient.call("createFlag", { path, body: flag })).body.version;
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
      versions[other] = (await changeClient.call("createFlag", { path: { env: other }, body: off })).body.version;
    } catch (error) {
      failures.push({ environment: other, reason: reasonOf(error) });
    }
  }
  const failed = failures.map((one) => one.environment);
  createdFlag.value = {
    flag,
    environment,
    others: others.filter((other) => !failed.includes(other)),
    failures,
    versions,
  };
  return true;
}

/**
 * Deletes a created flag from each environment in which nobody has changed it since, after a review if it is in
 * production. Returns whether it was deleted anywhere. The page of the flag must then be left: it cannot read it again.
 */
export async function undoCreation({ flag: { key, enabled }, environment, versions }: CreatedFlag): Promise<boolean> {
  const all = Object.keys(versions);
  const changeClient = await askReviewIfProtected({
    title: `Delete ${key} again?`,
    detail: `It is deleted from ${listText(all, "and")}. Applications then use the default in their code.`,
    action: "Delete flag",
    isDestructive: true,
    isDangerous: enabled && isProtected(environment),
    environments: all,
  });
  if (changeClient === undefined) return false;
  const deleted: string[] = [];
  for (const [env, version] of Object.entries(versions)) {
    try {
      await changeClient.call("deleteFlag", { path: { env, key }, headers: { "If-Match": `"${version}"` } });
      deleted.push(env);
    } catch (error) {
      notifyFailure(`Could not delete ${key} from ${env}`, error);
    }
  }
  if (deleted.length === 0) return false;
  createdFlag.value = undefined;
  notify(`${key} deleted from ${listText(deleted, "and")}. To get it back, create it again`);
  return true;
}
