/** The fields of a flag that all environments share. */
export const DEFINITION_FIELDS = [
  "kind",
  "type",
  "variants",
  "clientVisible",
  "metadata",
  "description",
  "tags",
  "owner",
  "fallback",
  "jsonSchema",
  "lifetime",
  "expiresAt",
] as const;
