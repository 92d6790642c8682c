/** Restores a flag or a segment to a state of the audit log, after a review of that state beside the present one. */
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag, Segment } from "../../../../sdk/client/contract.ts";
import { environmentsOf } from "../../state/flags/changed-flag.ts";
import { undoFlag } from "../../state/flags/flag-changes.ts";
import { undoCreation } from "../../state/flags/whole-flag.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { undoSegment } from "../../state/segments/segment-changes.ts";
import { client } from "../../state/session.ts";
import { instantText } from "../../state/wording.ts";
import { askReview } from "../../ui/review/review.tsx";
import { type Change, type Image, subjectText } from "./change.ts";

/** Returns whether the state was restored. */
export async function restoreFrom(environment: string, change: Change, image: Image): Promise<boolean> {
  const { id, key, entity, at } = change;
  const subject = subjectText(change);
  const topic = `restore ${entity} ${environment} ${key}`;
  try {
    const wanted = change[image] ?? {};
    const before = await read(environment, change);
    const changeClient = await askReview({
      title: image === "before" ? `Restore the ${subject} as it was before this change?` : `Restore this ${subject}?`,
      detail: `This saves the state ${image} ${instantText(at)} as a new version. Later changes no longer apply, but they stay in the audit log.`,
      action: "Restore",
      before: before && likeness(before, wanted),
      after: before === undefined ? wanted : likeness(wanted, before),
      // A definition belongs to every environment.
      environments: entity === "flag" ? [...new Set([environment, ...(await environmentsOf(key))])] : [environment],
    });
    if (changeClient === undefined) return false;
    const path = { env: environment, id: String(id) };
    const { body } = await changeClient.call("restoreFromAudit", { path, body: { image } });
    const restored = Object.entries(body.environments).map(([name, { version }]) => `${name} version ${version}`);
    if (restored.length === 0) {
      notify(`${key} is already in this state`, "done", { topic });
      return true;
    }
    const after = await read(environment, change);
    const run = undoOf(environment, change, before, after);
    const action = run === undefined ? {} : { action: { label: "Undo", run } };
    notify(`${key} restored (${restored.join(", ")})`, "done", { topic, ...action });
    return true;
  } catch (error) {
    notifyFailure(`Could not restore ${key}`, error, topic);
    return false;
  }
}

/** Returns the flag or the segment as it is now, or `undefined` if there is none. */
async function read(environment: string, { entity, key }: Change): Promise<Flag | Segment | undefined> {
  const path = { env: environment, key };
  try {
    return (await client.call(entity === "segment" ? "getSegment" : "getFlag", { path })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Returns the fields of a document that the other one has too. A state of the audit log has a part of them. */
function likeness(document: object, other: object): object {
  const ignored = new Set(["version", "updatedAt", "createdAt"]);
  return Object.fromEntries(
    Object.entries(document).filter(([name]) => Object.hasOwn(other, name) && !ignored.has(name)),
  );
}

function undoOf(
  environment: string,
  { entity }: Change,
  before: Flag | Segment | undefined,
  after: Flag | Segment | undefined,
): (() => Promise<void>) | undefined {
  if (after === undefined) return undefined;
  if (entity === "segment") return () => undoSegment(environment, before as Segment | undefined, after as Segment);
  return before === undefined
    ? () => undoCreation(environment, after as Flag)
    : () => undoFlag(environment, before as Flag, after as Flag);
}
