import { check, type InferOutput, optional, picklist, pipe, string, transform } from "valibot";
import { parseInstant } from "../../../flags/formats/instant.ts";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { fields } from "../shape.ts";

const ENTITIES = ["flag", "configuration", "segment", "key", "environment"] as const;
const IMAGES = ["before", "after"] as const;

const INSTANT = "must be an instant like 2026-11-28T09:00:00Z or a date like 2026-11-28; write + as %2B";
/** An instant, as ISO 8601 in UTC. */
const instant = pipe(
  string("must be given once"),
  check((text) => isInYears1To9999(parseInstant(text)), INSTANT),
  transform((text) => new Date(parseInstant(text)).toISOString()),
);

export const auditQuery = fields({
  entity: optional(picklist(ENTITIES, `must be one of ${ENTITIES.join(", ")}`)),
  key: optional(searchText),
  /** `key:<id>` for an admin token, or `sql:<role>`. */
  actor: optional(searchText),
  since: optional(instant),
  until: optional(instant),
  limit: limitOf(50, 200),
  cursor: optional(pipe(cursorOf("id"), transform(Number))),
});

export type AuditQuery = InferOutput<typeof auditQuery>;

export const restoreSchema = fields({ image: picklist(IMAGES, `must be one of ${IMAGES.join(", ")}`) });

export type RestoreBody = InferOutput<typeof restoreSchema>;

/** Postgres and JavaScript write other years differently. */
function isInYears1To9999(at: number): boolean {
  return at >= -62_135_596_800_000 && at < 253_402_300_800_000;
}
