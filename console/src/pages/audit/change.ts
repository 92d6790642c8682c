/** Changes in the audit log. */
import type { AuditPage } from "../../../../sdk/client/contract.ts";

export type Change = AuditPage["items"][number];

/** The state of a document before or after a change. */
export type Image = "before" | "after";

export const ENTITIES: Record<Change["entity"], { plural: string; noun: string }> = {
  configuration: { plural: "Flag configurations", noun: "configuration of" },
  flag: { plural: "Flag definitions", noun: "definition of" },
  segment: { plural: "Segments", noun: "segment" },
  key: { plural: "SDK keys", noun: "SDK key" },
  environment: { plural: "Environments", noun: "environment" },
};

/** Returns the changed thing in words, such as `definition of checkout`. */
export function subjectText({ entity, key }: Change): string {
  return `${ENTITIES[entity].noun} ${key}`;
}
