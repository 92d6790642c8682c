import { FLAG_KINDS, FLAG_TYPES, SCHEMA_VERSION, type FlagDocument } from "./document.ts";

/**
 * Bytes from L2 as a document, undefined when they are none of ours (an older schema, another program's).
 * Cheap on purpose: a cold isolate reads a thousand. What is wrong deeper inside, the compiler survives.
 */
export function parseCachedDocument(json: unknown): FlagDocument | undefined {
  if (!isRecord(json)) return undefined;
  const isOurs =
    json["schemaVersion"] === SCHEMA_VERSION &&
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
  return isOurs ? (json as unknown as FlagDocument) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
