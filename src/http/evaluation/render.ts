import type { CompiledFlag, Resolution } from "../../evaluation/types.ts";
import type { FlagType, JsonValue } from "../../flags/document.ts";

/** One flag's answer as it goes over the wire, with a hash of it for the ETag of a bulk answer. */
export interface Rendered {
  json: string;
  hashA: number;
  hashB: number;
}

/**
 * A compiled flag hands out the same resolution object every time, so each is rendered once in its life. Only resolutions
 * of flags that cannot be evaluated are shared between flags: those are rendered again when it was another flag's turn.
 */
const rendered = new WeakMap<Resolution, Rendered & { flag: CompiledFlag }>();

/** The OFREP form of a resolution: always `key`, `reason`, `variant`, `metadata`; `value` unless the caller's default is meant. */
export function renderResolution(flag: CompiledFlag, resolution: Resolution): Rendered {
  const known = rendered.get(resolution);
  if (known !== undefined && known.flag === flag) return known;
  const json = toJson(flag, resolution);
  const tagged = drawnFrom(flag, resolution) ?? json;
  const result = { flag, json, hashA: hashText(tagged, 0x9e3779b9), hashB: hashText(tagged, 0x85ebca6b) };
  rendered.set(resolution, result);
  return result;
}

/**
 * What a sample has drawn is no news: in the ETag of a bulk answer it would make nearly every answer of an environment
 * with samples a new one, and no client would ever get a 304. What it draws from is: whoever it has changed for draws again.
 */
function drawnFrom({ document }: CompiledFlag, resolution: Resolution): string | undefined {
  if (document.kind !== "sample" || resolution.reason !== "SPLIT") return undefined;
  const { key, version, metadata } = document;
  return `${key} ${version} ${resolution.ruleId ?? ""} ${renderMetadata(metadata)}`;
}

/** A value with the number form that its flag's type asks for: floats keep a decimal point (10.0). */
export function renderValue(type: FlagType, value: JsonValue): string {
  if (type === "float" && typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e21)
    return `${value}.0`;
  return JSON.stringify(value);
}

/** Entity tag of a bulk answer: a function of every item in it, in order, but for what samples have drawn. */
export function entityTag(items: readonly Rendered[], salt: string): string {
  let a = hashText(salt, 1);
  let b = hashText(salt, 2);
  for (const item of items) {
    a = mix(a, item.hashA);
    b = mix(b, item.hashB);
  }
  return `"${(a >>> 0).toString(16).padStart(8, "0")}${(b >>> 0).toString(16).padStart(8, "0")}"`;
}

/** If-None-Match, compared weakly; tags may come unquoted, in lists, or as `*`. */
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

function toJson(flag: CompiledFlag, resolution: Resolution): string {
  const { document } = flag;
  const key = JSON.stringify(document.key);
  if (resolution.reason === "ERROR") {
    return `{"key":${key},"errorCode":"${resolution.errorCode}","errorDetails":${JSON.stringify(resolution.errorDetails)},"metadata":{}}`;
  }
  // Clients take a null for a value of the wrong type: without a value the caller's default is meant.
  const value =
    resolution.value === undefined || resolution.value === null
      ? ""
      : `"value":${renderValue(document.type, resolution.value)},`;
  const variant = JSON.stringify(resolution.variant ?? "");
  return `{"key":${key},${value}"reason":"${resolution.reason}","variant":${variant},"metadata":${renderMetadata(metadataOf(flag, resolution))}}`;
}

/** An override is no secret of its maker: whoever looks at an answer sees that it is not what the rules say. */
function metadataOf({ document: { metadata } }: CompiledFlag, resolution: Resolution): Record<string, unknown> {
  return "isOverride" in resolution ? { ...metadata, override: true } : metadata;
}

/** Sorted by name. What an edit in SQL put there and clients refuse a whole answer for is left out. */
function renderMetadata(metadata: Record<string, unknown>): string {
  const names = Object.keys(metadata).filter((name) => isMetadataValue(metadata[name]));
  return JSON.stringify(metadata, names.toSorted());
}

function isMetadataValue(value: unknown): boolean {
  // `| 0`: a whole number of 32 bits is the same afterwards.
  return (
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && (value | 0) === value)
  );
}

/** 32-bit multiplicative hash over UTF-16 units; two of them with different seeds make a 64-bit tag. */
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
