import type { JsonValue } from "../../../flags/document.ts";

/** Text, also the empty one. */
export function anyText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function nonEmptyText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Text that is not empty, a number or a boolean: the rule of the native scheme. */
export function scalar(value: JsonValue | undefined): string | undefined {
  return value === "" ? undefined : scalarOrEmpty(value);
}

/** Text, a number or a boolean. */
export function scalarOrEmpty(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === "boolean" ? String(value) : undefined;
}

/** As {@link scalar}, but `0` and `false` count as missing, as JavaScript's `||` sees them. */
export function truthyScalar(value: JsonValue | undefined): string | undefined {
  return value ? scalar(value) : undefined;
}

export function textOrWholeNumber(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" || Number.isInteger(value) ? String(value as string | number) : undefined;
}

/** Text without the white space around it, up to 250 characters, or a number. */
export function trimmedText(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return typeof value === "number" ? scalar(value) : undefined;
  const trimmed = value.trim();
  return trimmed !== "" && trimmed.length <= 250 ? trimmed : undefined;
}

/** Text, a number, a boolean, or the JSON text of a list of texts. */
export function scalarOrTexts(value: JsonValue | undefined): string | undefined {
  if (!Array.isArray(value)) return scalarOrEmpty(value);
  return value.every((element) => typeof element === "string") ? JSON.stringify(value) : undefined;
}
