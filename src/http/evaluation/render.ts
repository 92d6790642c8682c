import type { CompiledFlag, Resolution } from "../../evaluation/types.ts";
import type { FlagType, JsonValue } from "../../flags/document.ts";

/** One flag's resolution, rendered for the wire, with two hashes of it for the ETag of a bulk response. */
export interface Rendered {
  json: string;
  /** The same after a comma, for a list: half of the time of a bulk response went into joining commas and texts. */
  next: string;
  hashA: number;
  hashB: number;
}

/**
 * A compiled flag returns the same resolution objects each time, so each is rendered once. Only the resolutions of
 * flags that cannot be evaluated are shared between flags, and these are rendered again for another flag.
 */
const forClients = new WeakMap<Resolution, Rendered & { flag: CompiledFlag }>();
const forServers = new WeakMap<Resolution, Rendered & { flag: CompiledFlag }>();

/**
 * Renders a resolution for OFREP: `key`, `reason`, `variant`, `metadata`, and `value` unless the caller's default
 * applies. `flagSetId` is the flag's environment, for server keys: their metadata names it and the flag's version.
 */
export function renderResolution(flag: CompiledFlag, resolution: Resolution, flagSetId?: string): Rendered {
  // A compiled flag belongs to one environment, so the renderings for its server keys are the same.
  const rendered = flagSetId === undefined ? forClients : forServers;
  const known = rendered.get(resolution);
  if (known !== undefined && known.flag === flag) return known;
  const next = `,${toJson(flag, resolution, flagSetId)}`;
  // A slice shares the characters of the text that it is cut from.
  const json = next.slice(1);
  const tagged = sampleTag(flag, resolution) ?? json;
  const result = { flag, json, next, hashA: hashText(tagged, 0x9e3779b9), hashB: hashText(tagged, 0x85ebca6b) };
  rendered.set(resolution, result);
  return result;
}

/**
 * Returns the text that stands for a sample in the ETag of a bulk response: its version instead of its draw. With the
 * draw, nearly every response of an environment with samples would differ, and no client would ever get a 304.
 */
function sampleTag({ kind, key, version, metadata }: CompiledFlag, resolution: Resolution): string | undefined {
  if (kind !== "sample" || resolution.reason !== "SPLIT") return undefined;
  return `${key} ${version} ${resolution.ruleId ?? ""} ${renderMetadata(metadata)}`;
}

/** Renders a value in the number form of its flag's type: floats keep a decimal point (10.0). */
function renderValue(type: FlagType, value: JsonValue): string {
  if (type === "float" && typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e21)
    return `${value}.0`;
  return JSON.stringify(value);
}

/** Returns the entity tag of a bulk response: a function of all its items in order, except the draws of samples. */
export function entityTag(items: readonly Rendered[], salt: string): string {
  let a = hashText(salt, 1);
  let b = hashText(salt, 2);
  for (const item of items) {
    a = mix(a, item.hashA);
    b = mix(b, item.hashB);
  }
  return `"${(a >>> 0).toString(16).padStart(8, "0")}${(b >>> 0).toString(16).padStart(8, "0")}"`;
}

/** Compares If-None-Match weakly with a tag. Clients send tags unquoted, in lists, or as `*`. */
export function matchesEntityTag(header: string, tag: string): boolean {
  const wanted = tag.slice(1, -1);
  return header.split(",").some((part) => {
    const candidate = part
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    return candidate === wanted || candidate === "*";
  });
}

function toJson(flag: CompiledFlag, resolution: Resolution, flagSetId: string | undefined): string {
  const key = JSON.stringify(flag.key);
  if (resolution.reason === "ERROR") {
    return `{"key":${key},"errorCode":"${resolution.errorCode}","errorDetails":${JSON.stringify(resolution.errorDetails)},"metadata":{}}`;
  }
  // Clients treat null as a value of the wrong type, so leave the value out: then the caller's default applies.
  const value =
    resolution.value === undefined || resolution.value === null
      ? ""
      : `"value":${renderValue(flag.type, resolution.value)},`;
  const variant = JSON.stringify(resolution.variant ?? "");
  return `{"key":${key},${value}"reason":"${resolution.reason}","variant":${variant},"metadata":${renderMetadata(metadataOf(flag, resolution, flagSetId))}}`;
}

/**
 * Adds OpenFeature's names for telemetry for server keys, and marks overridden values, so that everyone who looks at a
 * response sees that the rules did not decide it.
 */
function metadataOf(
  { metadata: own, version }: CompiledFlag,
  resolution: Resolution,
  flagSetId: string | undefined,
): Record<string, unknown> {
  const metadata = flagSetId === undefined ? own : { flagSetId, version: String(version), ...own };
  return "isOverride" in resolution ? { ...metadata, override: true } : metadata;
}

/** Renders metadata sorted by name, without values from SQL edits that would make clients refuse the whole response. */
function renderMetadata(metadata: Record<string, unknown>): string {
  const names = Object.keys(metadata).filter((name) => isMetadataValue(metadata[name]));
  return JSON.stringify(metadata, names.toSorted());
}

function isMetadataValue(value: unknown): boolean {
  // `| 0` leaves only a whole number of 32 bits unchanged.
  return (
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && (value | 0) === value)
  );
}

/** A 32-bit multiplicative hash over UTF-16 units. Two with different seeds make a 64-bit tag. */
function hashText(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash, text.length);
}

function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
