/** Facts about a change of a flag: how dangerous it is, the environments that it changes, and its message. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { differences } from "../../../../sdk/client/differences.ts";
import { changesText, flagChanges } from "../../../../sdk/words/changes.ts";
import { listText } from "../../../../sdk/words/names.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { environments } from "../environments.ts";
import { client } from "../session.ts";
import { wordingOf } from "../wording.ts";
import { draftOf, flagOf, isDefinitionPointer } from "./flag-draft.ts";

/** Fields that people read and that no evaluation returns. */
const NOTES = new Set(["description", "tags", "owner", "lifetime", "expiresAt"]);

/** Returns the flag as a draft of it is sent, without the fields that the deployment sets. */
export function plainFlag(flag: Flag): Flag {
  return flagOf(draftOf(flag));
}

/** Whether the change can harm. Turning a flag off is the way out of harm, and notes for people are not served. */
export function isDangerousChange(before: Flag, after: Flag): boolean {
  return differences(plainFlag(before), plainFlag(after)).some(({ pointer }) => {
    const [, field = ""] = pointer.split("/");
    return field === "enabled" ? after.enabled : !NOTES.has(field);
  });
}

/** Returns the environments that the change affects: all that have the flag, if it changes the definition. */
export async function changedEnvironments(environment: string, before: Flag, after: Flag): Promise<string[]> {
  const changes = differences(plainFlag(before), plainFlag(after));
  if (!changes.some(({ pointer }) => isDefinitionPointer(pointer))) return [environment];
  const others = await environmentsOf(after.key);
  return [environment, ...others.filter((other) => other !== environment)];
}

/** Returns the environments that have the flag, or all if the token may not see them. */
export async function environmentsOf(key: string): Promise<string[]> {
  try {
    return Object.keys((await client.call("getDefinition", { path: { key } })).body.environments);
  } catch {
    return (environments.data.peek() ?? []).map((known) => known.key);
  }
}

/** Returns the result of a save in words. `theirs` names the fields that someone else changed at the same time. */
export function savedText(environment: string, before: Flag, after: Flag, theirs: readonly string[]): string {
  const kept = theirs.length === 0 ? "" : `. Someone else's changes are kept too: ${listText(theirs, "and", 3)}`;
  return `${resultText(environment, before, after)}${kept}`;
}

function resultText(environment: string, before: Flag, after: Flag): string {
  const { key, enabled } = after;
  const now = Date.now();
  const [old, next] = [before, after].map((one) => servedText(one, now, wordingOf(key)).now);
  if (before.enabled !== enabled) {
    return enabled ? `${key} is on in ${environment}: ${next}` : `${key} is off for everyone in ${environment}`;
  }
  if (old !== next) return `${key} saved in ${environment}. It serves ${next}`;
  const changes = flagChanges(plainFlag(before), plainFlag(after), wordingOf(key));
  return `${key} saved in ${environment}${changes.length === 0 ? "" : `. ${changesText(changes)}`}`;
}
