import { MANIFEST_TYPES } from "../../../flags/formats/manifest.ts";
import { object, ref, text } from "./openapi-parts.ts";

/** JSON Schema of the responses of OpenFeature's sync API. */
export const manifestSchemas: Record<string, object> = {
  ManifestFlag: object(
    {
      key: text,
      type: { enum: MANIFEST_TYPES },
      description: text,
      defaultValue: { description: "The value that code uses when an evaluation fails." },
    },
    ["description"],
  ),
  Manifest: object({ flags: { type: "array", items: ref("ManifestFlag") } }),
  ManifestFlagWritten: object({ flag: ref("ManifestFlag"), updatedAt: { type: "string", format: "date-time" } }),
  ManifestFlagDeleted: object({
    message: text,
    archivedAt: { type: ["string", "null"], format: "date-time" },
  }),
  ManifestError: object({
    error: object(
      {
        message: text,
        status: { type: "integer" },
        details: { type: "array", items: object({ field: text, code: text, message: text }) },
      },
      ["details"],
    ),
  }),
};
