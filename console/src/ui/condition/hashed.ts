/** Conditions that store hashes. Plain ids are hashed here, in the browser. */
import type { Reader } from "../../../../src/flags/document.ts";
import { addIds, countHashes, type HashedLeaf, isHashedLeaf } from "../../../../src/flags/hashes/hashed-leaf.ts";
import { valueKindOf } from "../../../../src/flags/value-kinds.ts";
import type { Leaf } from "./condition.ts";
import { isHash } from "./values.ts";

/** Returns the leaf as one with hashes, or `undefined` if it compares values. */
export function hashedOf(leaf: Leaf): HashedLeaf | undefined {
  const one = leaf as HashedLeaf;
  return isHashedLeaf(one) ? one : undefined;
}

/** Whether a condition has hashes, which another salt would make useless. */
export function hasHashes(leaf: Leaf): boolean {
  const hashed = hashedOf(leaf);
  return hashed !== undefined && countHashes(hashed) > 0;
}

/**
 * Returns the leaf with another reader. A leaf that begins to compare hashes keeps its values as their hashes, so that
 * no plain id is sent. A leaf that no longer compares hashes loses them.
 */
export function changeReader(leaf: Leaf, read: Reader | undefined): Leaf {
  const { read: _, packed, values = [], ...rest } = leaf;
  const reading = read === undefined ? rest : { ...rest, read };
  if (valueKindOf(leaf.operator, read) !== "hash") return { ...reading, values: packed === undefined ? values : [] };
  if (packed !== undefined) return { ...reading, packed };
  if (values.every(isHash)) return { ...reading, values };
  const known = { ...reading, values: values.filter(isHash) } as HashedLeaf;
  return addIds(known, values.filter((value) => !isHash(value) && value !== null).map(String)).leaf as Leaf;
}

/** Returns the leaf without hashes. Its reader can then be changed. */
export function withoutHashes(leaf: Leaf): Leaf {
  const { packed: _, ...rest } = leaf;
  return { ...rest, values: [] };
}

/** The number of bytes of a new salt. */
const SALT_BYTES = 16;

/** Returns a random salt in hexadecimal. */
export function newSalt(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  return [...random(new Uint8Array(SALT_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `1 hash`, `5,000 hashes` */
export function hashesText(count: number): string {
  return count === 1 ? "1 hash" : `${count.toLocaleString("en")} hashes`;
}

/** `1 id`, `5,000 ids` */
export function idsText(count: number): string {
  return count === 1 ? "1 id" : `${count.toLocaleString("en")} ids`;
}
