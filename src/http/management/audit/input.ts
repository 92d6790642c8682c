import { type InferOutput, optional, picklist, pipe, regex, string, transform } from "valibot";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { fields, instantParameter } from "../shape.ts";

const ENTITIES = ["flag", "configuration", "segment", "key", "environment", "webhook"] as const;
const IMAGES = ["before", "after"] as const;

const GROUP_CURSOR = /^(\d{1,16})\.(\d{1,16})$/;
/** The number of a write and the id of a change. */
const groupCursor = pipe(
  string("must be given once"),
  regex(GROUP_CURSOR, "must be the nextCursor of the previous page"),
  transform((text) => {
    const [, write, id] = GROUP_CURSOR.exec(text) ?? [];
    return { write: Number(write), id: Number(id) };
  }),
);

const filters = {
  entity: optional(picklist(ENTITIES, `must be one of ${ENTITIES.join(", ")}`)),
  key: optional(searchText),
  /** The name or id of an admin token, the role of an edit in SQL, or the actor as changes have it. */
  actor: optional(searchText),
  /** Part of the key, the note or the writer's name, in any case. */
  text: optional(searchText),
  /** The number of a write. */
  write: optional(
    pipe(string("must be given once"), regex(/^\d{1,15}$/, "must be the number of a write"), transform(Number)),
  ),
  since: optional(instantParameter),
  until: optional(instantParameter),
  limit: limitOf(50, 200),
};

export const auditQuery = fields({ ...filters, cursor: optional(pipe(cursorOf("id"), transform(Number))) });
export const groupQuery = fields({ ...filters, cursor: optional(groupCursor) });

export type AuditQuery = InferOutput<typeof auditQuery>;
export type GroupQuery = InferOutput<typeof groupQuery>;

export const restoreSchema = fields({ image: picklist(IMAGES, `must be one of ${IMAGES.join(", ")}`) });

export type RestoreBody = InferOutput<typeof restoreSchema>;
