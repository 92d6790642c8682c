import { sql, type SQL } from "drizzle-orm";
import type { AttemptRecord } from "./webhook-tables.ts";
import { isoInstant } from "../writes/transaction.ts";

/** The images of one event at most (bytes of JSON). Rows beyond that come without images. */
const MAX_IMAGES_BYTES = 256 * 1024;

/** A row of the audit that an event tells about. */
export interface EventRow {
  entity: "flag" | "configuration" | "segment" | "key" | "environment";
  key: string;
  /** `null` for a definition or an admin token. */
  environment: string | null;
  action: "create" | "update" | "delete";
  before: unknown;
  after: unknown;
  /** Whether the images are left out, because they are large. */
  isLarge: boolean;
}

/** An event as its sender needs it. */
export interface QueuedEvent {
  id: number;
  messageId: string;
  writeId: number;
  version: number | null;
  /** When the write was made (ISO 8601). */
  createdAt: string;
  actor: string | null;
  actorName: string | null;
  note: string | null;
  entityCount: number;
  /** The first rows of the write. */
  rows: EventRow[];
  attempts: number;
  /** When a sender first saw the event (ISO 8601); `null` if none has. */
  seenAt: string | null;
  log: AttemptRecord[];
}

/** Selects a {@link QueuedEvent} as JSON. `event` is the alias of a row of webhook_events. */
export function queuedEvent(event: SQL): SQL {
  return sql`json_build_object(
    'id', ${event}.id, 'messageId', ${event}.message_id, 'writeId', ${event}.write_id, 'version', ${event}.version,
    'createdAt', ${isoInstant(sql`${event}.created_at`)}, 'entityCount', ${event}.entity_count,
    'attempts', ${event}.attempts, 'seenAt', ${isoInstant(sql`${event}.seen_at`)}, 'log', ${event}.log,
    'actor', (select a.actor from audit a where a.id = ${event}.audit_ids[1]),
    'actorName', (select a.actor_name from audit a where a.id = ${event}.audit_ids[1]),
    'note', (select a.note from audit a where a.id = ${event}.audit_ids[1]),
    'rows', (
      select coalesce(json_agg(json_build_object(
        'entity', r.entity, 'key', r.key, 'environment', r.environment, 'action', r.action,
        'before', case when not r.is_large then r.before end, 'after', case when not r.is_large then r.after end,
        'isLarge', r.is_large
      ) order by r.id), '[]')
      from (
        select a.*, sum(coalesce(octet_length(a.before::text), 0) + coalesce(octet_length(a.after::text), 0))
          over (order by a.id) > ${MAX_IMAGES_BYTES}::int as is_large
        from audit a where a.id = any (${event}.audit_ids)
      ) as r
    )
  )`;
}
