import { InvalidInputError } from "../ops/errors.ts";
import type { JsonValue } from "./document.ts";

type JsonObject = Record<string, JsonValue>;

/** The fields on which the validity of others depends. A patch of one of them checks everything. */
const FOUNDATIONS = ["kind", "type", "variants"];

/**
 * Parses a stored flag or segment to which a merge patch was applied. A field that the patch does not name keeps its
 * stored value, even if this release does not accept it, because a newer release that runs at the same time may have
 * written it. Otherwise an older worker could not even disable a flag that a newer one has edited.
 *
 * @throws InvalidInputError a field that the patch names is invalid
 */
export function parsePatched<T extends object>(
  { patch, merged }: { patch: JsonObject; merged: JsonObject },
  parse: (input: JsonObject) => T,
): T {
  try {
    return parse(merged);
  } catch (error) {
    const kept = keptFields(error, patch);
    if (kept === undefined) throw error;
    const accepted = { ...merged };
    for (const field of kept) accepted[field] = placeholderOf(field, merged);
    const parsed = parse(accepted);
    return { ...parsed, ...Object.fromEntries(kept.map((field) => [field, merged[field]])) };
  }
}

/** Returns the fields that cause the error, if each may keep its stored value. */
function keptFields(error: unknown, patch: JsonObject): string[] | undefined {
  if (!(error instanceof InvalidInputError) || FOUNDATIONS.some((field) => Object.hasOwn(patch, field)))
    return undefined;
  const fields = new Set(error.errors.map(({ pointer }) => pointer.split("/")[1] ?? ""));
  const mayKeep = (field: string) => PLACEHOLDERS.has(field) && !Object.hasOwn(patch, field);
  return [...fields].every(mayKeep) ? [...fields] : undefined;
}

const PLACEHOLDERS = new Set(["rules", "default", "prerequisites", "condition"]);

/** Returns a valid value of the field, to check the others. */
function placeholderOf(field: string, { variants = {} }: JsonObject): JsonValue {
  if (field === "condition") return { attribute: "targetingKey", operator: "exists" };
  if (field !== "default") return [];
  return { variant: Object.keys(variants as JsonObject)[0] ?? "" };
}
