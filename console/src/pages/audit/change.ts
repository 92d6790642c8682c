/** Changes in the audit log. */
import type { AuditChange, AuditWritePage } from "../../../../sdk/client/contract.ts";

export type Change = AuditChange;

/** Everything that one write changed. */
export type Write = AuditWritePage["items"][number];

/** The state of a document before or after a change. */
export type Image = "before" | "after";

export const ENTITIES: Record<Change["entity"], { plural: string; noun: string }> = {
  configuration: { plural: "Flag configurations", noun: "configuration of" },
  flag: { plural: "Flag definitions", noun: "definition of" },
  segment: { plural: "Segments", noun: "segment" },
  key: { plural: "SDK keys", noun: "SDK key" },
  environment: { plural: "Environments", noun: "environment" },
  webhook: { plural: "Webhooks", noun: "webhook" },
};

/** Returns the changed thing in words, such as `definition of checkout`. */
export function subjectText({ entity, key }: Pick<Change, "entity" | "key">): string {
  return `${ENTITIES[entity].noun} ${key}`;
}

const COUNTED: Record<Change["entity"], string> = {
  configuration: "configuration",
  flag: "flag",
  segment: "segment",
  key: "SDK key",
  environment: "environment",
  webhook: "webhook",
};
const DONE: Record<Change["action"], string> = { create: "created", update: "changed", delete: "deleted" };

/** Returns the numbers of changes in words, such as `48 flags created, 1 segment changed`. */
export function countsText(kinds: Write["kinds"]): string {
  return Object.entries(kinds)
    .map(([kind, count]) => {
      const [entity, action] = kind.split(" ") as [Change["entity"], Change["action"]];
      // A newer worker may name an entity that this page does not know.
      const noun = COUNTED[entity] ?? entity;
      return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"} ${DONE[action] ?? action}`;
    })
    .join(", ");
}

/** Returns the versions in words, such as `version 12` or `production version 12, staging version 7`. */
export function versionsText(versions: Readonly<Record<string, number>>, environment: string): string {
  const made = Object.entries(versions);
  const [only] = made;
  if (made.length === 1 && only?.[0] === environment) return `version ${only[1]}`;
  return made.map(([name, version]) => `${name} version ${version}`).join(", ");
}
