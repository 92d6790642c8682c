/** Creates, deletes, archives and restores flags, and takes this back. */
import type { Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { askReview, askReviewIfProtected } from "../../ui/review/review.tsx";
import { notify, notifyFailure } from "../notices.ts";
import { announceUndo } from "../undone.ts";
import { environmentsOf, plainFlag } from "./changed-flag.ts";
import { changedNow, topicOf } from "./flag-changes.ts";

/** Creates a flag. Returns `undefined` if it was rejected, for example because it already exists. */
export async function createFlag(
  changeClient: Client,
  environment: string,
  flag: Flag,
  onRejected: (error: unknown) => void,
): Promise<Flag | undefined> {
  try {
    const { body } = await changeClient.call("createFlag", { path: { env: environment }, body: flag });
    const audience = flag.clientVisible === true ? "" : "; only servers see it, until it is visible to client keys";
    const action = { label: "Undo", run: () => undoCreation(environment, body.flag) };
    const topic = topicOf(environment, flag.key);
    notify(`${flag.key} created in ${environment}${audience}`, "done", { topic, action });
    return changedNow(body.flag);
  } catch (error) {
    onRejected(error);
    return undefined;
  }
}

/** Deletes a flag that was created, after a review in production. */
export async function undoCreation(environment: string, flag: Flag): Promise<void> {
  const title = `Delete ${flag.key} from ${environment} again?`;
  const changeClient = await askRemoval(title, [environment], "Delete flag");
  if (changeClient !== undefined && (await deleteFlag(changeClient, environment, flag))) announceUndo();
}

function askRemoval(title: string, environments: readonly string[], action: string): Promise<Client | undefined> {
  const detail = "Applications then use the default in their code.";
  return askReviewIfProtected({ title, detail, environments, action, isDestructive: true });
}

/** Deletes the flag from the environment, at its version. Returns whether it was deleted. */
export async function deleteFlag(changeClient: Client, environment: string, flag: Flag): Promise<boolean> {
  const { key, version } = flag;
  const topic = topicOf(environment, key);
  try {
    const headers = version === undefined ? {} : { "If-Match": `"${version}"` };
    await changeClient.call("deleteFlag", { path: { env: environment, key }, headers });
    const action = { label: "Undo", run: () => undoDeletion(environment, flag) };
    notify(`${key} deleted from ${environment}`, "done", { topic, action });
    return true;
  } catch (error) {
    notifyFailure(`Could not delete ${key}`, error, topic);
    return false;
  }
}

async function undoDeletion(environment: string, flag: Flag): Promise<void> {
  const after = plainFlag(flag);
  const title = `Restore ${flag.key} in ${environment}?`;
  const reviewed = { title, before: undefined, after, environments: [environment], action: "Restore flag" };
  const changeClient = await askReviewIfProtected(reviewed);
  if (changeClient === undefined) return;
  const topic = topicOf(environment, flag.key);
  const restored = await createFlag(changeClient, environment, after, (error) =>
    notifyFailure(`Could not restore ${flag.key}`, error, topic),
  );
  if (restored !== undefined) announceUndo();
}

/** Archives the flag in all environments. Returns whether it was archived. */
export async function archiveFlag(changeClient: Client, key: string): Promise<boolean> {
  const action = { label: "Undo", run: () => undoArchiving(key) };
  return await write(`${key} archived`, `Could not archive ${key}`, `archive ${key}`, action, () =>
    changeClient.call("archiveFlag", { path: { key } }),
  );
}

async function undoArchiving(key: string): Promise<void> {
  if (await restoreArchived(key, askReviewIfProtected)) announceUndo();
}

/** Restores an archived flag after a review. Returns whether it was restored. */
export async function restoreArchived(key: string, ask = askReview): Promise<boolean> {
  const detail = "It comes back in every environment with the configuration that it had, and is served at once.";
  const environments = await environmentsOf(key);
  const title = `Restore ${key}?`;
  const changeClient = await ask({ title, detail, environments, action: "Restore flag" });
  if (changeClient === undefined) return false;
  const action = { label: "Undo", run: () => undoRestoring(key) };
  return await write(`${key} restored`, `Could not restore ${key}`, `archive ${key}`, action, () =>
    changeClient.call("unarchiveFlag", { path: { key } }),
  );
}

async function undoRestoring(key: string): Promise<void> {
  const changeClient = await askRemoval(`Archive ${key} again?`, await environmentsOf(key), "Archive flag");
  if (changeClient !== undefined && (await archiveFlag(changeClient, key))) announceUndo();
}

async function write(
  done: string,
  failed: string,
  topic: string,
  action: { label: string; run: () => Promise<void> },
  call: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await call();
    notify(done, "done", { topic, action });
    return true;
  } catch (error) {
    notifyFailure(failed, error, topic);
    return false;
  }
}
