import type { Reading } from "../../../src/flags/reading.ts";
import { aFlagDocument } from "../flag-documents.ts";

export const KEYS = { k1: { kind: "server" as const, hash: "00", origins: [] } };

export function reading(asOf: number, keys: string[], overrides: Partial<Reading> = {}): Reading {
  return { asOf, flags: new Map(keys.map((key) => [key, aFlagDocument(key, asOf)])), ...overrides };
}

/** Creates a reading of a whole environment. */
export function wholeReading(asOf: number, keys: string[]): Reading {
  return reading(asOf, keys, { keys: KEYS, index: keys.toSorted() });
}
