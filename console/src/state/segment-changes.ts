/** Saves and deletes segments. If someone else has changed the segment, the person chooses which version to keep. */
import { ApiError } from "../../../sdk/client/client.ts";
import type { Segment, SegmentInput } from "../../../sdk/client/contract.ts";
import { confirm } from "../ui/confirm.tsx";
import { askConflict } from "../ui/conflict.tsx";
import { isProtected } from "./environments.ts";
import { notify, notifyFailure } from "./notices.ts";
import { client } from "./session.ts";

export type FieldErrors = NonNullable<ApiError["problem"]["errors"]>;

/**
 * Creates the segment if there is no `base`, otherwise replaces it if it is still at the version of `base`. Returns
 * `undefined` if nothing was written. `onRejected` receives the problems with individual fields.
 */
export async function saveSegment(
  environment: string,
  base: Segment | undefined,
  wanted: SegmentInput,
  onRejected: (errors: FieldErrors) => void,
): Promise<Segment | undefined> {
  const path = { env: environment, key: wanted.key };
  try {
    const headers = base === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${base.version}"` };
    const { body } = await client.call("putSegment", { path, body: wanted, headers });
    notify(`Segment ${wanted.key} saved in ${environment} (version ${body.version})`);
    return body.segment;
  } catch (error) {
    const isConflict = error instanceof ApiError && error.status === 412;
    if (!isConflict) {
      const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      // Problems with a field are shown at the field.
      if (errors.length > 0) onRejected(errors);
      else notifyFailure(`Could not save segment ${wanted.key}`, error);
      return undefined;
    }
  }
  if (base === undefined) {
    notify(`Segment ${wanted.key} already exists in ${environment}. Choose another key.`, "failed");
    return undefined;
  }
  const theirs = await readSegment(environment, wanted.key);
  if (theirs === undefined) return undefined;
  const of = ({ key, name, description, condition }: SegmentInput) => ({ key, name, description, condition });
  const conflict = {
    key: wanted.key,
    base: of(base),
    mine: of(wanted),
    theirs: { ...of(theirs), version: theirs.version },
  };
  const choice = await askConflict(conflict);
  return choice === "mine" ? await saveSegment(environment, theirs, wanted, onRejected) : theirs;
}

async function readSegment(environment: string, key: string): Promise<Segment | undefined> {
  try {
    return (await client.call("getSegment", { path: { env: environment, key } })).body;
  } catch (error) {
    notifyFailure(`Could not load segment ${key} again`, error);
    return undefined;
  }
}

/** Deletes the segment after a confirmation. Returns whether it was deleted. */
export async function deleteSegment(environment: string, { key, version }: Segment): Promise<boolean> {
  const isConfirmed = await confirm({
    title: `Delete segment ${key} from ${environment}?`,
    detail: "Nothing uses this segment, so no flag changes. You can restore it from the audit log.",
    action: "Delete segment",
    isDestructive: true,
    changes: [environment],
    ...(isProtected(environment) ? { typed: key } : {}),
  });
  if (!isConfirmed) return false;
  try {
    await client.call("deleteSegment", { path: { env: environment, key }, headers: { "If-Match": `"${version}"` } });
    notify(`Segment ${key} deleted from ${environment}`);
    return true;
  } catch (error) {
    notifyFailure(`Could not delete segment ${key}`, error);
    return false;
  }
}
