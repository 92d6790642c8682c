import { any, exactOptional, type GenericSchema, type InferOutput, picklist, string } from "valibot";
import type { FlagInput, JsonValue } from "../../../flags/document.ts";
import { MANIFEST_TYPES } from "../../../flags/formats/manifest.ts";
import { ACCEPTED_VALUES, fitsType } from "../../../flags/validate.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { type ManagementContext, pathParameter } from "../context.ts";
import { fields, parseShape } from "../shape.ts";

export const manifestFlagSchema = fields({
  key: string("is required and must be text"),
  type: picklist(MANIFEST_TYPES, `is required and must be one of ${MANIFEST_TYPES.join(", ")}`),
  defaultValue: any() as GenericSchema<JsonValue>,
  name: exactOptional(string("must be text")),
  description: exactOptional(string("must be text")),
});

export type ManifestFlagInput = InferOutput<typeof manifestFlagSchema>;

export const MANIFEST_EXAMPLE = {
  key: "new-banner",
  type: "boolean",
  defaultValue: false,
  description: "The banner of the spring sale",
};

/** @throws InvalidInputError if the body names another key than the path, or its default is not of its type */
export function parseManifestFlag(value: unknown, c: ManagementContext): ManifestFlagInput {
  const flag = parseShape(manifestFlagSchema, value);
  const key = pathParameter(c, "key");
  if (key !== "" && flag.key !== key)
    throw new InvalidInputError([{ pointer: "/key", detail: "must be the key in the path" }]);
  if (!fitsType(flag.defaultValue, flag.type)) {
    const detail = `must be ${ACCEPTED_VALUES[flag.type]}, because the type is ${flag.type}`;
    throw new InvalidInputError([{ pointer: "/defaultValue", detail }]);
  }
  return flag;
}

/**
 * Returns a new flag that gives everyone its default, because the manifest says nothing about variants. A boolean flag
 * has both values; another flag has its default as its only variant.
 */
export function newFlagOf({ key, type, defaultValue, ...notes }: ManifestFlagInput): Record<string, unknown> {
  const variants = type === "boolean" ? { on: true, off: false } : { default: defaultValue };
  const variant = type !== "boolean" ? "default" : defaultValue === true ? "on" : "off";
  const configuration = { enabled: false, offVariant: variant, default: { variant } } satisfies Partial<FlagInput>;
  return { key, type, variants, fallback: defaultValue, description: descriptionOf(notes), ...configuration };
}

/** Flags have no name for people, so a name is used in place of a description. */
export function descriptionOf({ name, description }: Pick<ManifestFlagInput, "name" | "description">): string {
  return description ?? name ?? "";
}
