/** What L2 answers, and what it is sent, as plain values. Text that cannot be read is undefined, never an error. */
import type { FlagIndex } from "../flags/reading.ts";
import type { Head } from "../flags/changes.ts";
import type { KeyTable, SdkKeyRecord } from "../flags/sdk-keys.ts";
import { parseHead } from "./redis/head-text.ts";

/** A larger fill goes in several commands; the smallest plan takes requests of 1 MB. */
const MAX_COMMAND_CHARS = 900_000;

/** What L2 holds of one environment, true at `head`. No head: nothing is known. */
export interface Picture {
  head: Head | undefined;
  /** Field → text, of those asked for that exist; `@head` left out. */
  fields: Map<string, string>;
}

export function pictureOf(head: unknown, fields: Map<string, string>): Picture {
  return { head: typeof head === "string" ? parseHead(head) : undefined, fields };
}

/** Redis' flat list of names and values. */
export function pairsOf(answer: readonly unknown[]): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let i = 0; i < answer.length; i += 2) {
    const field = answer[i];
    const value = answer[i + 1];
    if (typeof field !== "string" || typeof value !== "string") return undefined;
    pairs.set(field, value);
  }
  return pairs;
}

/** The fields as flat lists that fit into one command each; at least one list. */
export function argumentsOf(fields: ReadonlyMap<string, string>): string[][] {
  const lists: string[][] = [[]];
  let chars = 0;
  for (const [field, text] of fields) {
    if (chars > 0 && chars + field.length + text.length > MAX_COMMAND_CHARS) {
      lists.push([]);
      chars = 0;
    }
    lists.at(-1)?.push(field, text);
    chars += field.length + text.length;
  }
  return lists;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function parseKeyTable(text: string | undefined): KeyTable | undefined {
  const table = text === undefined ? undefined : parseJson(text);
  if (!isRecord(table)) return undefined;
  return Object.values(table).every(isSdkKeyRecord) ? (table as KeyTable) : undefined;
}

export function parseIndex(text: string | undefined): FlagIndex | undefined {
  const index = text === undefined ? undefined : parseJson(text);
  return Array.isArray(index) && index.every((key) => typeof key === "string") ? index : undefined;
}

function isSdkKeyRecord(value: unknown): value is SdkKeyRecord {
  if (!isRecord(value)) return false;
  const { kind, hash, origins, overridesSince = 0 } = value;
  const isKey = (kind === "client" || kind === "server") && typeof hash === "string" && Array.isArray(origins);
  return isKey && typeof overridesSince === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
