import { type InferOutput, optional, picklist, pipe, transform } from "valibot";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { fields } from "../shape.ts";

const ENTITIES = ["flag", "configuration", "segment", "key", "environment"] as const;
const IMAGES = ["before", "after"] as const;

export const auditQuery = fields({
  entity: optional(picklist(ENTITIES, `must be one of ${ENTITIES.join(", ")}`)),
  key: optional(searchText),
  limit: limitOf(50, 200),
  cursor: optional(pipe(cursorOf("id"), transform(Number))),
});

export type AuditQuery = InferOutput<typeof auditQuery>;

export const restoreSchema = fields({ image: picklist(IMAGES, `must be one of ${IMAGES.join(", ")}`) });

export type RestoreBody = InferOutput<typeof restoreSchema>;
