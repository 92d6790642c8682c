/** Changes and revokes SDK keys. A change can be taken back, a revocation cannot. */
import { ApiError } from "../../../sdk/client/client.ts";
import type { Key } from "../../../sdk/client/contract.ts";
import type { Problem } from "../ui/fields/problem.ts";
import { agoText } from "../ui/time.tsx";
import { askReview } from "../ui/review/review.tsx";
import { isProtected } from "./environments.ts";
import { notify, notifyFailure } from "./notices.ts";
import { client } from "./session.ts";
import { announceUndo } from "./undone.ts";

/** The fields of a key that a person changes. */
export type KeyFields = Pick<Key, "name" | "origins">;

/** Saves the fields of a key. `onRejected` receives the problems with fields. Returns whether they were saved. */
export async function changeKey(
  environment: string,
  key: Key,
  { name, origins }: KeyFields,
  onRejected: (problems: readonly Problem[]) => void,
): Promise<boolean> {
  const topic = `key ${key.id}`;
  try {
    const body = { name, ...(key.kind === "client" ? { origins } : {}) };
    await client.call("updateKey", { path: { env: environment, id: key.id }, body });
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

async function undoChange(environment: string, now: Key, { name, origins }: KeyFields): Promise<void> {
  const wanted = { name, origins };
  const before = { name: now.name, origins: now.origins };
  const title = `Undo the change of SDK key ${now.name || now.id}?`;
  const reviewed = { title, before, after: wanted, environments: [environment], action: "Undo the change" };
  if (isProtected(environment) && !(await askReview(reviewed))) return;
  const onRejected = (problems: readonly Problem[]): void =>
    problems.forEach(({ detail }) => notify(`Could not undo the change of the SDK key: ${detail}`, "failed"));
  if (await changeKey(environment, now, wanted, onRejected)) announceUndo();
}

/** Revokes a key after a review. Returns whether it was revoked. */
export async function revokeKey(environment: string, key: Key): Promise<boolean> {
  const name = key.name || key.id;
  const isConfirmed = await askReview({
    title: `Revoke ${name}?`,
    detail: "Requests with this key are rejected as soon as a changed flag would be visible. This cannot be undone.",
    warnings: key.lastUsedAt === null ? [] : [`It was last used ${agoText(Date.parse(key.lastUsedAt), Date.now())}.`],
    action: "Revoke",
    isDestructive: true,
    environments: [environment],
  });
  if (!isConfirmed) return false;
  try {
    await client.call("revokeKey", { path: { env: environment, id: key.id } });
    notify(`SDK key ${name} revoked. This cannot be undone`, "done", { topic: `key ${key.id}` });
    return true;
  } catch (error) {
    notifyFailure(`Could not revoke SDK key ${name}`, error, `key ${key.id}`);
    return false;
  }
}
