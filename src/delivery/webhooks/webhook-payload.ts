import type { QueuedEvent } from "../../store/webhooks/queued-event.ts";
import { type ChangedEntity, changedEntities } from "./changed-entities.ts";

/** A changed field. A side on which it does not exist is left out; so are both if they are long. */
export interface PayloadChange {
  /** JSON pointer. */
  pointer: string;
  before?: unknown;
  after?: unknown;
  truncated?: true;
}

export interface PayloadItem {
  entity: string;
  key: string;
  action: "created" | "updated" | "deleted";
  changes: PayloadChange[];
}

/** The body of an event. One that tells about a single flag, segment and so on has its fields in `data` itself. */
export interface WebhookPayload {
  /** `flag.updated` and so on; `changes.applied` if the write changed several. */
  type: string;
  /** When the write was made (ISO 8601). */
  timestamp: string;
  data: {
    /** `null` for changes that concern no environment. */
    environment: string | null;
    version: number | null;
    actor: string | null;
    actorName: string | null;
    note: string | null;
    /** Selects the write in the audit. */
    writeId: number;
    /** The number of flags, segments and so on that the write changed. */
    count: number;
    /** Whether the payload leaves something out; the audit has everything. */
    truncated: boolean;
  } & (PayloadItem | { items: PayloadItem[] });
}

/** Bounds what one event repeats: half of what receivers accept at least. */
const MAX_CHANGES_BYTES = 48 * 1024;
const MAX_VALUE_LENGTH = 2000;
const MAX_POINTER_LENGTH = 500;

/** Returns the event's body. It is the same at every attempt. */
export function payloadOf(environment: string, event: QueuedEvent): WebhookPayload {
  const { version, actor, actorName, note, writeId, entityCount: count } = event;
  const changed = changedEntities(event.rows);
  const { items, isComplete } = boundedItems(changed);
  const truncated = !isComplete || changed.length < count || changed.some(({ isLarge }) => isLarge);
  const [only] = items;
  const isSingle = count === 1 && only !== undefined;
  return {
    type: isSingle ? `${only.entity}.${only.action}` : "changes.applied",
    timestamp: event.createdAt,
    data: {
      environment: environment === "" ? null : environment,
      version,
      actor,
      actorName,
      note,
      writeId,
      count,
      truncated,
      ...(isSingle ? only : { items }),
    },
  };
}

/** Returns the items with as many of their changes as fit. */
function boundedItems(changed: readonly ChangedEntity[]): { items: PayloadItem[]; isComplete: boolean } {
  let left = MAX_CHANGES_BYTES;
  let isComplete = true;
  const items = changed.map(({ entity, key, action, changes }): PayloadItem => {
    const kept: PayloadChange[] = [];
    for (const { pointer, before, after } of changes) {
      const change = boundedChange(pointer, before, after);
      const size = JSON.stringify(change).length;
      if (change.truncated === true || size > left) isComplete = false;
      if (size > left) break;
      left -= size;
      kept.push(change);
    }
    return { entity, key, action, changes: kept };
  });
  return { items, isComplete };
}

function boundedChange(pointer: string, before: unknown, after: unknown): PayloadChange {
  const isLong = [before, after].some((value) => (JSON.stringify(value) ?? "").length > MAX_VALUE_LENGTH);
  if (isLong || pointer.length > MAX_POINTER_LENGTH) {
    return { pointer: pointer.slice(0, MAX_POINTER_LENGTH), truncated: true };
  }
  return { pointer, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

/** The body of a test. */
export function testPayload(timestamp: string): { type: string; timestamp: string; data: object } {
  return { type: "webhook.test", timestamp, data: { message: "No flag has changed." } };
}
