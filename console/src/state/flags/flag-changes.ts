/** Toggles and saves flags, and takes changes back. A toggle is shown at once and undone if it fails. */
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import { askReviewIfProtected } from "../../ui/review/review.tsx";
import { resolve } from "../merge/resolve.ts";
import { notify, notifyFailure } from "../notices.ts";
import { client } from "../session.ts";
import { announceUndo } from "../undone.ts";
import { changedEnvironments, isDangerousChange, plainFlag, savedText } from "./changed-flag.ts";
import { withRemovals } from "./flag-draft.ts";

/** The pending toggles by environment and key. Each resolves with the saved flag. */
const toggles = new Map<string, Promise<Flag>>();

/** Whether a change of the flag by this person is on its way. */
export function isToggling(environment: string, key: string): boolean {
  return toggles.has(`${environment} ${key}`);
}

/** Turns a flag on or off. Calls `show` at once with the expected flag, and again with the saved one. */
export async function toggleFlag(environment: string, flag: Flag, show: (flag: Flag) => void): Promise<void> {
  const enabled = !flag.enabled;
  const id = `${environment} ${flag.key}`;
  // The first toggle may end while the person confirms the second, and `flag` is of the version before both.
  const before = toggles.get(id);
  const changeClient = await askToggle(environment, flag);
  if (changeClient === undefined) return;
  show({ ...flag, enabled });
  // A second click before the first response starts from the result of the first, so that the two do not conflict.
  const turn = (toggles.get(id) ?? before ?? Promise.resolve(flag)).then(
    async (base) => (await saveFlag(changeClient, environment, base, { ...base, enabled })) ?? base,
  );
  toggles.set(id, turn);
  const now = await turn;
  if (toggles.get(id) !== turn) return;
  toggles.delete(id);
  show(now);
}

function askToggle(environment: string, flag: Flag): Promise<Client | undefined> {
  const action = flag.enabled ? "Turn off" : "Turn on";
  return askReviewIfProtected({
    title: `${action} ${flag.key} in ${environment}?`,
    before: plainFlag(flag),
    after: plainFlag({ ...flag, enabled: !flag.enabled }),
    action,
    isDangerous: !flag.enabled,
    isDestructive: flag.enabled,
    environments: [environment],
  });
}

interface SaveOptions {
  /** Receives the error if the flag is not saved. Default: a notice. */
  onRejected?: (error: unknown) => void;
  /** Receives the merge with the newer version before it is sent, because it may be rejected. */
  onMerged?: (theirs: Flag, merged: Flag) => void;
  /** The fields that a merge took from someone else, in words. */
  theirs?: readonly string[];
}

/**
 * Saves the flag if it is still at the version of `base`. If someone else has changed it, both changes are merged, and
 * the person is asked about fields that both changed. Returns the saved flag, or `undefined` if nothing was saved.
 */
export async function saveFlag(
  changeClient: Client,
  environment: string,
  base: Flag,
  wanted: Flag,
  options: SaveOptions = {},
): Promise<Flag | undefined> {
  const { key } = wanted;
  const path = { env: environment, key };
  const topic = topicOf(environment, key);
  const onRejected = options.onRejected ?? ((error) => notifyFailure(`Could not save ${key}`, error, topic));
  try {
    const headers = base.version === undefined ? {} : { "If-Match": `"${base.version}"` };
    const { body } = await changeClient.call("putFlag", { path, body: withRemovals(base, wanted), headers });
    const text = savedText(environment, base, body.flag, options.theirs ?? []);
    const action = { label: "Undo", run: () => undoFlag(environment, base, body.flag) };
    notify(`${text}${publishedText(body.published)}`, "done", { topic, action });
    return changedNow(body.flag);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) {
      onRejected(error);
      return undefined;
    }
    const theirs = await readAgain(environment, key, onRejected);
    if (theirs === undefined) return undefined;
    const sides = { base: plainFlag(base), mine: plainFlag(wanted), theirs: plainFlag(theirs) };
    const resolved = await resolve(key, sides);
    if (resolved === undefined) return undefined;
    if (isSame(sides.theirs, resolved.merged)) {
      notify(`${key} in ${environment} already has this state`, "done", { topic });
      return theirs;
    }
    options.onMerged?.(theirs, resolved.merged);
    const again = { ...options, theirs: resolved.theirs };
    return await saveFlag(changeClient, environment, theirs, resolved.merged, again);
  }
}

async function readAgain(
  environment: string,
  key: string,
  onRejected: (error: unknown) => void,
): Promise<Flag | undefined> {
  try {
    return (await client.call("getFlag", { path: { env: environment, key } })).body;
  } catch (error) {
    onRejected(error);
    return undefined;
  }
}

/** Applies the inverse of a change to the flag as it is now. In production, the person reviews the result first. */
export async function undoFlag(environment: string, before: Flag, after: Flag): Promise<void> {
  const { key } = after;
  const topic = topicOf(environment, key);
  const onRejected = (error: unknown): void => notifyFailure(`Could not undo the change of ${key}`, error, topic);
  const now = await readAgain(environment, key, onRejected);
  if (now === undefined) return;
  const sides = { base: plainFlag(after), mine: plainFlag(before), theirs: plainFlag(now) };
  const resolved = await resolve(key, sides);
  if (resolved === undefined) return;
  const wanted = resolved.merged;
  if (isSame(sides.theirs, wanted)) {
    notify(`${key} in ${environment} is already as it was`, "done", { topic });
    return;
  }
  const changeClient = await askReviewIfProtected({
    title: `Undo the change of ${key} in ${environment}?`,
    before: sides.theirs,
    after: wanted,
    action: "Undo the change",
    isDangerous: isDangerousChange(now, wanted),
    environments: await changedEnvironments(environment, now, wanted),
  });
  if (changeClient === undefined) return;
  if ((await saveFlag(changeClient, environment, now, wanted, { onRejected })) !== undefined) announceUndo();
}

/** The topic of notices about a flag in an environment. */
export function topicOf(environment: string, key: string): string {
  return `flag ${environment} ${key}`;
}

/** Adds the time of the change, which the response to a write does not contain. */
export function changedNow(flag: Flag): Flag {
  return { updatedAt: new Date().toISOString(), ...flag };
}

/** Returns a sentence about caches that do not have the change yet, or nothing. */
export function publishedText(published: { redis?: boolean | undefined; edge?: boolean | undefined }): string {
  const isLate = published.redis === false || published.edge === false;
  return isLate ? ". Some caches are not updated yet; the next sweep retries." : "";
}
