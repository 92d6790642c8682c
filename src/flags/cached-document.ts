import { FLAG_KINDS, FLAG_TYPES, SCHEMA_VERSION, type FlagDocument } from "./document.ts";

/**
 * Returns JSON from L2 as a document, or `undefined` if it is not one of the schema version.
 * The check is shallow because a cold isolate reads a thousand documents; compileFlag copes with deeper mistakes.
 */
export function parseCachedDocument(json: unknown, schemaVersion = SCHEMA_VERSION): FlagDocument | undefined {
  if (!isRecord(json)) return undefined;
  const isDocument =
    json["schemaVersion"] === schemaVersion &&
    typeof json["key"] === "string" &&
    Number.isSafeInteger(json["version"]) &&
    (FLAG_KINDS as readonly unknown[]).includes(json["kind"]) &&
    (FLAG_TYPES as readonly unknown[]).includes(json["type"]) &&
    typeof json["enabled"] === "boolean" &&
    typeof json["clientVisible"] === "boolean" &&
    (json["offVariant"] === null || typeof json["offVariant"] === "string") &&
    isRecord(json["variants"]) &&
    isRecord(json["default"]) &&
    isRecord(json["metadata"]) &&
    Array.isArray(json["rules"]) &&
    Array.isArray(json["prerequisites"]) &&
    (json["segments"] === undefined || isRecord(json["segments"])) &&
    (json["dependencies"] === undefined || isRecord(json["dependencies"]));
  return isDocument ? (json as unknown as FlagDocument) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
