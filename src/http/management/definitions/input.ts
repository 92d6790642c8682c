import { type InferOutput, optional } from "valibot";
import { FLAG_STATES } from "../../../flags/lifecycle/flag-state.ts";
import { flagQueryEntries, oneOf } from "../flags/input.ts";
import { fields } from "../shape.ts";

export const definitionQuery = fields({
  ...flagQueryEntries,
  archived: optional(oneOf(["true", "false", "all"])),
  state: optional(oneOf(FLAG_STATES)),
});

export type DefinitionQuery = InferOutput<typeof definitionQuery>;
