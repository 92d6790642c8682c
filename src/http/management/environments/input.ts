import { boolean, check, exactOptional, type InferOutput, optional, pipe, string } from "valibot";
import { environmentKey, fields, nameText } from "../shape.ts";

export const environmentSchema = fields({
  key: environmentKey,
  /** The default is the key. */
  name: exactOptional(nameText),
  /** An environment whose segments and configurations are copied. SDK keys are never copied. */
  copyFrom: exactOptional(environmentKey),
});

export type EnvironmentBody = InferOutput<typeof environmentSchema>;

export const environmentPatchSchema = pipe(
  fields({
    name: exactOptional(nameText),
    /** Whether the environment accepts signed overrides. */
    overridesAllowed: exactOptional(boolean("must be true or false")),
    /** Whether each write needs a note in the header X-Change-Note. */
    requiresNote: exactOptional(boolean("must be true or false")),
  }),
  check((patch) => Object.keys(patch).length > 0, "must contain name, overridesAllowed or requiresNote"),
);

export type EnvironmentPatchBody = InferOutput<typeof environmentPatchSchema>;

export const confirmQuery = fields({ confirm: optional(string("must be given once")) });
