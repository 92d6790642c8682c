import type { JsonValue } from "../../flags/document.ts";
import { InvalidInputError } from "../../ops/errors.ts";
import { pathParameter } from "./context.ts";
import type { BodySpec } from "./route.ts";

export type JsonObject = Record<string, JsonValue>;

export const MERGE_PATCH_TYPES = ["application/merge-patch+json", "application/json"] as const;

/** The body of a merge patch. The merged document is validated, not the patch. */
export function mergePatchBody(schema: string, example: unknown): BodySpec<JsonObject> {
  return {
    schema,
    mediaTypes: MERGE_PATCH_TYPES,
    example,
    parse: (value, c) => withKey(value, pathParameter(c, "key")),
  };
}

/** Returns the body with the path's key. @throws InvalidInputError if it is not an object, or names another key */
export function withKey(body: unknown, key: string | undefined): JsonObject {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new InvalidInputError([{ pointer: "", detail: "must be an object" }]);
  }
  const given = (body as JsonObject)["key"];
  if (key !== undefined && given !== undefined && given !== key) {
    throw new InvalidInputError([{ pointer: "/key", detail: "must be the key in the path; a key cannot be changed" }]);
  }
  return key === undefined ? (body as JsonObject) : { ...(body as JsonObject), key };
}
