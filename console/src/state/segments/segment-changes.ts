/** Saves and deletes segments, and takes this back. Changes of two people are merged. */
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Segment, SegmentInput } from "../../../../sdk/client/contract.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import { changesText, segmentChanges } from "../../../../sdk/words/changes.ts";
import { countText, listText } from "../../../../sdk/words/names.ts";
import { askReview, askReviewIfProtected } from "../../ui/review/review.tsx";
import { publishedText } from "../flags/flag-changes.ts";
import { resolve } from "../merge/resolve.ts";
import { notify, notifyFailure } from "../notices.ts";
import { client } from "../session.ts";
import { announceUndo } from "../undone.ts";

export type FieldErrors = NonNullable<ApiError["problem"]["errors"]>;

/** Returns the fields of a segment that a person edits. */
export function inputOf({ key, name, description, condition }: SegmentInput): SegmentInput {
  return { key, name, description, condition };
}

/** Whether the change can harm: it changes who is in the segment. */
export function isDangerousSegment(before: SegmentInput | undefined, after: SegmentInput): boolean {
  return before !== undefined && !isSame(before.condition, after.condition);
}

interface SaveOptions {
  /** Receives the problems with individual fields. */
  onRejected: (errors: FieldErrors) => void;
  /** Receives the merge with the newer version before it is sent, because it may be rejected. */
  onMerged?: (theirs: Segment, merged: SegmentInput) => void;
  /** The fields that a merge took from someone else, in words. */
  theirs?: readonly string[];
}

/**
 * Creates the segment if there is no `base`, otherwise replaces it if it is still at the version of `base`. Returns
 * `undefined` if nothing was written.
 */
export async function saveSegment(
  changeClient: Client,
  environment: string,
  base: Segment | undefined,
  wanted: SegmentInput,
  options: SaveOptions,
): Promise<Segment | undefined> {
  const { key } = wanted;
  const topic = topicOf(environment, key);
  try {
    const headers = base === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${base.version}"` };
    const { body } = await changeClient.call("putSegment", { path: { env: environment, key }, body: wanted, headers });
    const text = savedText(environment, base, body.segment, options.theirs ?? []);
    const action = { label: "Undo", run: () => undoSegment(environment, base, body.segment) };
    notify(`${text}${publishedText(body.published)}`, "done", { topic, action });
    return body.segment;
  } catch (error) {
    const isConflict = error instanceof ApiError && error.status === 412;
    if (!isConflict) {
      const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      // Problems with a field are shown at the field.
      if (errors.length > 0) options.onRejected(errors);
      else notifyFailure(`Could not save segment ${key}`, error, topic);
      return undefined;
    }
    if (base === undefined) {
      notify(`Segment ${key} already exists in ${environment}. Choose another key.`, "failed", { topic });
      return undefined;
    }
    const theirs = await readSegment(environment, key);
    if (theirs === undefined) return undefined;
    const resolved = await resolve(key, { base: inputOf(base), mine: inputOf(wanted), theirs: inputOf(theirs) });
    if (resolved === undefined) return undefined;
    if (isSame(inputOf(theirs), resolved.merged)) {
      notify(`Segment ${key} in ${environment} already has this state`, "done", { topic });
      return theirs;
    }
    options.onMerged?.(theirs, resolved.merged);
    const again = { ...options, theirs: resolved.theirs };
    return await saveSegment(changeClient, environment, theirs, resolved.merged, again);
  }
}

/** Returns the result of a save in words. `theirs` names the fields that someone else changed at the same time. */
function savedText(environment: string, base: Segment | undefined, saved: Segment, theirs: readonly string[]): string {
  if (base === undefined) return `Segment ${saved.key} created in ${environment}. Nothing uses it yet`;
  const changes = changesText(segmentChanges(inputOf(base), inputOf(saved)));
  const kept = theirs.length === 0 ? "" : `. Someone else's changes are kept too: ${listText(theirs, "and", 3)}`;
  return `Segment ${saved.key} saved in ${environment}. ${changes}. ${usersText(base, saved)}${kept}`;
}

/** Says which flags and segments the change of the segment changes. */
function usersText(base: Segment, { condition, usedBy: { flags, segments } }: Segment): string {
  const users = [...flags, ...segments];
  if (users.length === 0) return "Nothing uses it yet";
  if (isSame(base.condition, condition)) return "Its members are the same, so no flag changes";
  const counts = [countText(flags.length, "flag"), countText(segments.length, "segment")];
  const found = counts.filter((text) => !text.startsWith("0 "));
  return `It changes ${listText(found, "and")}: ${listText(users, "and", 3)}`;
}

/** Applies the inverse of a change to the segment as it is now. In production, the person reviews the result first. */
export async function undoSegment(environment: string, before: Segment | undefined, after: Segment): Promise<void> {
  const { key } = after;
  const now = await readSegment(environment, key);
  if (now === undefined) return;
  if (before === undefined) {
    const text = `Segment ${key} in ${environment} has changed since, so it stays`;
    if (now.version !== after.version) return void notify(text, "done", { topic: topicOf(environment, key) });
    if (await deleteSegment(environment, now, askReviewIfProtected)) announceUndo();
    return;
  }
  const sides = { base: inputOf(after), mine: inputOf(before), theirs: inputOf(now) };
  const resolved = await resolve(key, sides);
  if (resolved === undefined) return;
  const wanted = resolved.merged;
  if (isSame(sides.theirs, wanted)) {
    notify(`Segment ${key} in ${environment} is already as it was`);
    return;
  }
  const changeClient = await askReviewIfProtected({
    title: `Undo the change of segment ${key} in ${environment}?`,
    before: sides.theirs,
    after: wanted,
    action: "Undo the change",
    isDangerous: isDangerousSegment(now, wanted),
    environments: [environment],
  });
  if (changeClient === undefined) return;
  const options = { onRejected: failure(environment, key) };
  if ((await saveSegment(changeClient, environment, now, wanted, options)) !== undefined) announceUndo();
}

/** Shows the problems with fields as a notice, where the fields are not on the page. */
function failure(environment: string, key: string): (errors: FieldErrors) => void {
  return (errors) =>
    notify(
      `Could not save segment ${key}: ${errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join(" · ")}`,
      "failed",
      { topic: topicOf(environment, key) },
    );
}

/** Returns `undefined` after a notice if the segment cannot be read, or after `onGone` if it was deleted. */
export async function readSegment(environment: string, key: string, onGone?: () => void): Promise<Segment | undefined> {
  try {
    return (await client.call("getSegment", { path: { env: environment, key } })).body;
  } catch (error) {
    if (onGone !== undefined && error instanceof ApiError && error.status === 404) onGone();
    else notifyFailure(`Could not load segment ${key} again`, error);
    return undefined;
  }
}

/** Deletes the segment after a review. Returns whether it was deleted. */
export async function deleteSegment(environment: string, segment: Segment, ask = askReview): Promise<boolean> {
  const { key, version } = segment;
  const topic = topicOf(environment, key);
  const changeClient = await ask({
    title: `Delete segment ${key} from ${environment}?`,
    detail: "Nothing uses this segment, so no flag changes.",
    action: "Delete segment",
    isDestructive: true,
    environments: [environment],
  });
  if (changeClient === undefined) return false;
  try {
    await changeClient.call("deleteSegment", {
      path: { env: environment, key },
      headers: { "If-Match": `"${version}"` },
    });
    const action = { label: "Undo", run: () => undoDeletion(environment, inputOf(segment)) };
    notify(`Segment ${key} deleted from ${environment}`, "done", { topic, action });
    return true;
  } catch (error) {
    notifyFailure(`Could not delete segment ${key}`, error, topic);
    return false;
  }
}

async function undoDeletion(environment: string, wanted: SegmentInput): Promise<void> {
  const title = `Restore segment ${wanted.key} in ${environment}?`;
  const reviewed = { title, after: wanted, environments: [environment], action: "Restore segment", isDangerous: false };
  const changeClient = await askReviewIfProtected(reviewed);
  if (changeClient === undefined) return;
  const options = { onRejected: failure(environment, wanted.key) };
  if ((await saveSegment(changeClient, environment, undefined, wanted, options)) !== undefined) announceUndo();
}

function topicOf(environment: string, key: string): string {
  return `segment ${environment} ${key}`;
}
