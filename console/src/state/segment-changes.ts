/** Changes of segments: under the version that was seen, and with a choice where somebody else was first. */
import { ApiError } from "../../../sdk/client/client.ts";
import type { Segment, SegmentInput } from "../../../sdk/client/contract.ts";
import { confirm } from "../ui/confirm.tsx";
import { askConflict } from "../ui/conflict.tsx";
import { isProtected } from "./environments.ts";
import { notify, notifyFailure, reasonOf } from "./notices.ts";
import { client } from "./session.ts";

export type Refused = NonNullable<ApiError["problem"]["errors"]>;

/**
 * Creates the segment where there is no `base`, else replaces what `base` is the last known state of. Undefined: nothing
 * was written; `onRefused` gets what is wrong with which field.
 */
export async function saveSegment(
  environment: string,
  base: Segment | undefined,
  wanted: SegmentInput,
  onRefused: (errors: Refused) => void,
): Promise<Segment | undefined> {
  const path = { env: environment, key: wanted.key };
  try {
    const headers = base === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${base.version}"` };
    const { answer } = await client.call("putSegment", { path, body: wanted, headers });
    notify(`${wanted.key}: version ${answer.version}`);
    return answer.segment;
  } catch (error) {
    const isConflict = error instanceof ApiError && error.status === 412;
    if (!isConflict) {
      const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      // What is wrong with a field is told at the field.
      if (errors.length > 0) onRefused(errors);
      else notifyFailure(`${wanted.key} was not saved`, error);
      return undefined;
    }
  }
  if (base === undefined) {
    notify(`There is a segment ${wanted.key} already`, "failed");
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
  return choice === "mine" ? await saveSegment(environment, theirs, wanted, onRefused) : theirs;
}

async function readSegment(environment: string, key: string): Promise<Segment | undefined> {
  try {
    return (await client.call("getSegment", { path: { env: environment, key } })).answer;
  } catch (error) {
    notifyFailure(`${key} could not be read again`, error);
    return undefined;
  }
}

/** Whether it is gone. One that is in use is refused by the deployment, which says by what. */
export async function deleteSegment(environment: string, { key, version }: Segment): Promise<boolean> {
  const isSure = await confirm({
    title: `Delete ${key} from ${environment}?`,
    detail: "Nothing uses it here, so no answer changes. The audit can bring it back.",
    action: "Delete",
    ...(isProtected(environment) ? { typed: key } : {}),
  });
  if (!isSure) return false;
  try {
    await client.call("deleteSegment", { path: { env: environment, key }, headers: { "If-Match": `"${version}"` } });
    notify(`${key} is deleted`);
    return true;
  } catch (error) {
    notify(`${key} was not deleted: ${reasonOf(error)}`, "failed");
    return false;
  }
}
