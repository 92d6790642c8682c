import { count, instant, keys, object, orNull, page, ref, text } from "./openapi-parts.ts";

const writerFields = {
  write: { type: "integer", description: "The same in all changes of one request or transaction." },
  at: instant,
  actor: { type: "string", description: "`key:<id>` for an admin token, or `sql:<role>`." },
  actorName: { type: "string", description: "The name of the admin token, or the actor." },
  note: { ...orNull(text), description: "Why the change was made." },
};
const madeVersions = {
  type: "object",
  description: "The version that was made in each environment.",
  additionalProperties: { type: "integer" },
};
/** A change without the states before and after it. */
export const changeFields = {
  id: { type: "integer" },
  ...writerFields,
  environment: { ...orNull(text), description: "null if the change concerns the whole project." },
  entity: { enum: ["flag", "configuration", "segment", "key", "environment", "webhook"] },
  key: text,
  action: { enum: ["create", "update", "delete"] },
  version: orNull({ type: "integer" }),
  versions: madeVersions,
};

/** JSON Schema of the audit. */
export const auditSchemas: Record<string, object> = {
  AuditChange: object({
    ...changeFields,
    before: orNull({ type: "object" }),
    after: orNull({ type: "object" }),
  }),
  AuditPage: page(ref("AuditChange")),
  AuditWritePage: page(
    object({
      ...writerFields,
      count: { ...count, description: "The number of changes that the filters select." },
      hasMore: { type: "boolean", description: "Whether there are more changes than were counted." },
      kinds: {
        type: "object",
        description: "The number of changes by entity and action, such as `configuration update`.",
        additionalProperties: count,
      },
      environments: keys,
      versions: madeVersions,
      changes: { type: "array", items: ref("AuditChange"), description: "The first three changes, oldest first." },
    }),
  ),
};
