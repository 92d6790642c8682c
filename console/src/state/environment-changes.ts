/** Changes and deletes environments. Each change is reviewed, and most can be taken back. */
import type { Client } from "../../../sdk/client/client.ts";
import type { Environment } from "../../../sdk/client/contract.ts";
import { askReview, askReviewIfProtected } from "../ui/review/review.tsx";
import { environments } from "./environments.ts";
import { fieldsBack } from "./merge/plain-fields.ts";
import { notify, notifyFailure } from "./notices.ts";
import { client } from "./session.ts";

type Settings = Partial<Pick<Environment, "name" | "overridesAllowed" | "requiresNote">>;

interface Change {
  key: string;
  before: Settings;
  after: Settings;
  done: string;
  /** The message after an Undo; `undefined` if the change cannot be taken back. */
  undone?: string;
}

/** Allows override links, or disables all that exist. */
export async function allowOverrides({ key, name }: Environment, isAllowed: boolean): Promise<void> {
  const changeClient = await askReview({
    title: isAllowed ? `Allow override links in ${name}?` : `Disable all override links in ${name}?`,
    detail: isAllowed
      ? "Anyone with a signed link gets the variants in it until it expires. Nobody else is affected."
      : "Every link that was signed so far stops working, even if you allow override links again later. This cannot be undone.",
    action: isAllowed ? "Allow override links" : "Disable override links",
    before: { "override links": isAllowed ? "not allowed" : "allowed" },
    after: { "override links": isAllowed ? "allowed" : "not allowed" },
    isDestructive: !isAllowed,
    environments: [key],
  });
  if (changeClient === undefined) return;
  await change(changeClient, {
    key,
    before: { overridesAllowed: !isAllowed },
    after: { overridesAllowed: isAllowed },
    done: isAllowed ? `Override links allowed in ${key}` : `Override links disabled in ${key}`,
    ...(isAllowed ? { undone: `Override links disabled in ${key}` } : {}),
  });
}

export async function requireNotes({ key, name }: Environment, isRequired: boolean): Promise<void> {
  const changeClient = await askReview({
    title: isRequired ? `Require a note with each change in ${name}?` : `Accept changes without a note in ${name}?`,
    detail: isRequired
      ? "Each change then has to say why, here, on the command line and through the API. Edits in SQL need no note."
      : "The audit log then shows a reason only where somebody gives one.",
    action: isRequired ? "Require notes" : "Accept changes without a note",
    before: { notes: isRequired ? "not required" : "required" },
    after: { notes: isRequired ? "required" : "not required" },
    isDangerous: false,
    environments: [key],
  });
  if (changeClient === undefined) return;
  const [required, notRequired] = [`Changes in ${key} need a note`, `Changes in ${key} need no note`];
  await change(changeClient, {
    key,
    before: { requiresNote: !isRequired },
    after: { requiresNote: isRequired },
    done: isRequired ? required : notRequired,
    undone: isRequired ? notRequired : required,
  });
}

/** Says that the environment was renamed, with the way back. */
export function notifyRenamed(key: string, before: string, after: string): void {
  const back = {
    key,
    before: { name: after },
    after: { name: before },
    done: `Environment ${key} renamed to ${before}`,
  };
  notify(`Environment ${key} renamed to ${after}`, "done", { topic: topicOf(key), action: undo(back) });
}

async function change(changeClient: Client, { key, before, after, done, undone }: Change): Promise<void> {
  try {
    await changeClient.call("updateEnvironment", { path: { env: key }, body: after });
    const action = undone === undefined ? {} : { action: undo({ key, before: after, after: before, done: undone }) };
    notify(done, "done", { topic: topicOf(key), ...action });
    await environments.reload();
  } catch (error) {
    notifyFailure(`Could not change environment ${key}`, error, topicOf(key));
  }
}

function undo(back: Change): { label: string; run: () => Promise<void> } {
  const { key, before, after } = back;
  const title = `Undo the change of environment ${key}?`;
  const reviewed = { title, before, after, environments: [key], action: "Undo the change", isDangerous: false };
  return {
    label: "Undo",
    async run() {
      try {
        const now = (await client.call("getEnvironment", { path: { env: key } })).body;
        const { left } = fieldsBack(after, before, now);
        if (left !== "") return void notify(`Environment ${key}: ${left}`, "done", { topic: topicOf(key) });
      } catch (error) {
        return notifyFailure(`Could not change environment ${key}`, error, topicOf(key));
      }
      const changeClient = await askReviewIfProtected(reviewed);
      if (changeClient !== undefined) await change(changeClient, back);
    },
  };
}

/** Deletes the environment after a review. Returns whether it was deleted. */
export async function deleteEnvironment({ key, name }: Environment): Promise<boolean> {
  const changeClient = await askReview({
    title: `Delete ${name}?`,
    detail:
      "This deletes all of its configurations, segments and SDK keys. Requests with its keys are rejected. Flag definitions stay. This cannot be undone.",
    action: "Delete environment",
    isDestructive: true,
    typed: key,
    environments: [key],
  });
  if (changeClient === undefined) return false;
  try {
    await changeClient.call("deleteEnvironment", { path: { env: key }, query: { confirm: key } });
    notify(`Environment ${key} deleted. It cannot be restored`, "done", { topic: topicOf(key) });
    await environments.reload();
    return true;
  } catch (error) {
    notifyFailure(`Could not delete environment ${key}`, error, topicOf(key));
    return false;
  }
}

function topicOf(key: string): string {
  return `environment ${key}`;
}
