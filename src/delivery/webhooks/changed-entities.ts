import { type Difference, differences } from "../../../sdk/client/differences.ts";
import { imageOf } from "../../store/row-image.ts";
import type { EventRow } from "../../store/webhooks/queued-event.ts";
import type { WebhookEntity } from "../../store/webhooks/webhook-tables.ts";

/** A flag, segment, key, environment or token that a write has changed, with its fields before and after. */
export interface ChangedEntity {
  entity: WebhookEntity;
  key: string;
  action: "created" | "updated" | "deleted";
  changes: Difference[];
  /** Whether the changes are incomplete, because the rows are large. */
  isLarge: boolean;
}

/** Fields that name the row, and fingerprints of secrets. */
const LEFT_OUT = new Set(["environment", "flagKey", "id", "fingerprint"]);
const ACTIONS = { create: "created", update: "updated", delete: "deleted" } as const;

/**
 * Groups the rows of one write by what they belong to, in the order of the write. A flag is a definition and the
 * environment's configuration. A row that a write changes twice counts as one change.
 */
export function changedEntities(rows: readonly EventRow[]): ChangedEntity[] {
  const groups = new Map<string, EventRow[]>();
  for (const row of rows) {
    const name = JSON.stringify([entityOf(row), row.key]);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map(changedEntity);
}

function entityOf({ entity, environment }: EventRow): WebhookEntity {
  if (entity === "configuration") return "flag";
  return entity === "key" && environment === null ? "token" : entity;
}

function changedEntity(rows: EventRow[]): ChangedEntity {
  const [first] = rows as [EventRow];
  const parts = [...new Set(rows.map(({ entity }) => entity))].map((part) => {
    const ofPart = rows.filter(({ entity }) => entity === part) as [EventRow, ...EventRow[]];
    return { part, before: ofPart[0].before, after: ofPart.at(-1)?.after };
  });
  // The configuration decides whether the environment has the flag.
  const deciding = parts.find(({ part }) => part === "configuration") ?? parts[0];
  const decidingRows = rows.filter(({ entity }) => entity === deciding?.part);
  const isNew = decidingRows[0]?.action === "create";
  const last = decidingRows.at(-1)?.action ?? first.action;
  return {
    entity: entityOf(first),
    key: first.key,
    action: ACTIONS[last === "update" && isNew ? "create" : last],
    changes: differences(documentOf(parts.map((part) => part.before)), documentOf(parts.map((part) => part.after))),
    isLarge: rows.some(({ isLarge }) => isLarge),
  };
}

function documentOf(images: unknown[]): Record<string, unknown> {
  const fields = images.flatMap((image) => Object.entries(imageOf(image) ?? {}));
  return Object.fromEntries(fields.filter(([name, value]) => !LEFT_OUT.has(name) && value !== null));
}
