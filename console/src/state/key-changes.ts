/** Changes and revokes SDK keys. A change can be taken back, a revocation cannot. */
import { ApiError, type Client } from "../../../sdk/client/client.ts";
import type { Key } from "../../../sdk/client/contract.ts";
import type { Problem } from "../ui/fields/problem.ts";
import { agoText } from "../ui/time.tsx";
import { askReview, askReviewIfProtected } from "../ui/review/review.tsx";
import { changedFields, fieldsBack } from "./merge/plain-fields.ts";
import { notify, notifyFailure } from "./notices.ts";
import { client } from "./session.ts";
import { announceUndo } from "./undone.ts";

/** The fields of a key that a person changes. */
export type KeyFields = Pick<Key, "name" | "origins">;

/** Saves the fields of a key. `onRejected` receives the problems with fields. Returns whether they were saved. */
export async function changeKey(
  changeClient: Client,
  environment: string,
  key: Key,
  { name, origins }: KeyFields,
  onRejected: (problems: readonly Problem[]) => void,
): Promise<boolean> {
  const topic = `key ${key.id}`;
  try {
    const body = changedFields(fieldsOf(key), { name, origins });
    if (Object.keys(body).length === 0) return true;
    await changeClient.call("updateKey", { path: { env: environment, id: key.id }, body });
    const changed = { ...key, name, origins };
    const action = { label: "Undo", run: () => undoChange(environment, changed, key) };
    notify(`SDK key ${name || key.id} changed in ${environment}`, "done", { topic, action });
    return true;
  } catch (error) {
    const rejected = error instanceof ApiError ? (error.problem.errors ?? []) : [];
    onRejected(rejected);
    if (rejected.length === 0) notifyFailure("Could not change the SDK key", error, topic);
    return false;
  }
}

/** Takes a change of a key back, except for the fields that have changed since. */
async function undoChange(environment: string, changed: Key, former: KeyFields): Promise<void> {
  const topic = `key ${changed.id}`;
  try {
    const now = (await client.call("getKey", { path: { env: environment, id: changed.id } })).body;
    const [before, after] = [fieldsOf(former), fieldsOf(changed)];
    const { back, left } = fieldsBack(before, after, now);
    if (left !== "") notify(`SDK key ${now.name || now.id}: ${left}`, "done", { topic });
    if (Object.keys(back).length === 0) return;
    const wanted = { ...fieldsOf(now), ...back };
    const title = `Undo the change of SDK key ${now.name || now.id}?`;
    const reviewed = { title, before: fieldsOf(now), after: wanted, environments: [environment] };
    const changeClient = await askReviewIfProtected({ ...reviewed, action: "Undo the change" });
    if (changeClient === undefined) return;
    const onRejected = (problems: readonly Problem[]): void =>
      problems.forEach(({ detail }) => notify(`Could not undo the change of the SDK key: ${detail}`, "failed"));
    if (await changeKey(changeClient, environment, now, wanted, onRejected)) announceUndo();
  } catch (error) {
    notifyFailure("Could not undo the change of the SDK key", error, topic);
  }
}

function fieldsOf({ name, origins }: KeyFields): KeyFields {
  return { name, origins };
}

/** Revokes a key after a review. Returns whether it was revoked. */
export async function revokeKey(environment: string, key: Key): Promise<boolean> {
  const name = key.name || key.id;
  const changeClient = await askReview({
    title: `Revoke ${name}?`,
    detail: "Requests with this key are rejected as soon as a changed flag would be visible. This cannot be undone.",
    warnings: key.lastUsedAt === null ? [] : [`It was last used ${agoText(Date.parse(key.lastUsedAt), Date.now())}.`],
    action: "Revoke",
    isDestructive: true,
    environments: [environment],
  });
  if (changeClient === undefined) return false;
  try {
    await changeClient.call("revokeKey", { path: { env: environment, id: key.id } });
    notify(`SDK key ${name} revoked. This cannot be undone`, "done", { topic: `key ${key.id}` });
    return true;
  } catch (error) {
    notifyFailure(`Could not revoke SDK key ${name}`, error, `key ${key.id}`);
    return false;
  }
}
