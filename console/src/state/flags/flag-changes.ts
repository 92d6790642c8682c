/** Toggles and saves flags. A toggle is shown at once and undone if it fails. */
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { confirm } from "../../ui/confirm.tsx";
import { askConflict } from "../../ui/conflict.tsx";
import { keepNoteOf, setNote, takeNote } from "../change-note.ts";
import { isProtected } from "../environments.ts";
import { notify, notifyFailure } from "../notices.ts";
import { client } from "../session.ts";

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
  const verb = enabled ? "Turn on" : "Turn off";
  let note: string | undefined;
  if (isProtected(environment)) {
    const detail = enabled
      ? "Its rules and its default take effect."
      : `Everyone gets ${flag.offVariant == null ? "the default in the code" : `the off variant, ${flag.offVariant}`}.`;
    const title = `${verb} ${flag.key} in ${environment}?`;
    const asked = { title, detail, action: verb, isDestructive: !enabled, typed: flag.key, changes: [environment] };
    if (!(await confirm(asked))) return;
    note = takeNote();
  }
  show({ ...flag, enabled });
  // A second click before the first response starts from the result of the first, so that the two do not conflict.
  const turn = (toggles.get(id) ?? before ?? Promise.resolve(flag)).then(async (base) => {
    // The person may have typed the note of the next toggle while this one waited for the one before.
    setNote(note, true);
    return (await saveFlag(environment, base, { ...base, enabled })) ?? base;
  });
  toggles.set(id, turn);
  const now = await turn;
  if (toggles.get(id) !== turn) return;
  toggles.delete(id);
  show(now);
}

/**
 * Saves the flag if it is still at the version of `base`. If someone else has changed it, the person chooses which
 * version to keep. Returns the current flag, or `undefined` if the save failed; `onRejected` receives the error.
 */
export async function saveFlag(
  environment: string,
  base: Flag,
  wanted: Flag,
  onRejected: (error: unknown) => void = (error) => notifyFailure(`Could not save ${wanted.key}`, error),
): Promise<Flag | undefined> {
  const path = { env: environment, key: wanted.key };
  let conflict: ApiError;
  try {
    const headers = base.version === undefined ? {} : { "If-Match": `"${base.version}"` };
    const { body } = await client.call("putFlag", { path, body: wanted, headers });
    notify(`${changeText(environment, base, wanted)} (version ${body.version})${publishedText(body.published)}`);
    return changedNow(body.flag);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) {
      onRejected(error);
      return undefined;
    }
    conflict = error;
  }
  let theirs: Flag;
  try {
    theirs = (await client.call("getFlag", { path })).body;
  } catch (error) {
    onRejected(error);
    return undefined;
  }
  const choice = await askConflict({ key: wanted.key, base, mine: wanted, theirs });
  if (choice === "theirs") return theirs;
  keepNoteOf(conflict);
  return await saveFlag(environment, theirs, wanted, onRejected);
}

/** Adds the time of the change, which the response to a write does not contain. */
export function changedNow(flag: Flag): Flag {
  return { updatedAt: new Date().toISOString(), ...flag };
}

function changeText(environment: string, base: Flag, { key, enabled }: Flag): string {
  return base.enabled === enabled
    ? `${key} saved in ${environment}`
    : `${key} is now ${enabled ? "on" : "off"} in ${environment}`;
}

/** Returns a sentence about caches that do not have the change yet, or nothing. */
export function publishedText(published: { redis?: boolean | undefined; edge?: boolean | undefined }): string {
  const isLate = published.redis === false || published.edge === false;
  return isLate ? ". Some caches are not updated yet; the next sweep retries." : "";
}
