import { type InferOutput, optional, picklist } from "valibot";
import { flagQueryEntries } from "../flags/input.ts";
import { fields } from "../shape.ts";

const ARCHIVED = ["true", "false", "all"] as const;

export const definitionQuery = fields({
  ...flagQueryEntries,
  archived: optional(picklist(ARCHIVED, `must be one of ${ARCHIVED.join(", ")}`)),
});

export type DefinitionQuery = InferOutput<typeof definitionQuery>;
