import type { AttributeCondition, Condition, PackedHashes } from "../document.ts";
import { takesPacked } from "../value-kinds.ts";
import { countPacked, DEFAULT_WIDTH, digestsOf, holdsHash, pack, unpack } from "./packed-hashes.ts";
import { compileTextDigest, type HashReader } from "./text-digest.ts";

/** A condition on the hash of an attribute. */
export type HashedLeaf = AttributeCondition & { read: HashReader };

/** Whether a condition compares hashes. */
export function isHashedLeaf(condition: Condition): condition is HashedLeaf {
  return "attribute" in condition && takesPacked(condition.operator, condition.read);
}

/** Returns every condition on a hash, also in groups. */
export function hashedLeavesOf(condition: Condition): HashedLeaf[] {
  if (isHashedLeaf(condition)) return [condition];
  if ("not" in condition) return hashedLeavesOf(condition.not);
  const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : [];
  return parts.flatMap(hashedLeavesOf);
}

/** Returns the condition with another one in place of `from`, which is the same object. */
export function withLeaf(condition: Condition, from: Condition, to: Condition): Condition {
  if (condition === from) return to;
  if ("not" in condition) return { not: withLeaf(condition.not, from, to) };
  if ("all" in condition) return { all: condition.all.map((one) => withLeaf(one, from, to)) };
  if ("any" in condition) return { any: condition.any.map((one) => withLeaf(one, from, to)) };
  return condition;
}

/** Returns the hashes of a condition in the packed form. Those in `values` are cut to `width` bytes. */
function packedOf({ packed, values = [] }: HashedLeaf, width = DEFAULT_WIDTH): PackedHashes {
  return packed ?? pack(values.map(bytesOfHex), width);
}

/** Returns the number of hashes of a condition. */
export function countHashes({ packed, values = [] }: HashedLeaf): number {
  return packed === undefined ? values.length : countPacked(packed);
}

/** A condition with added or removed hashes, and the number of ids that changed it. */
export interface ChangedHashes {
  leaf: HashedLeaf;
  /** The number of ids that were added, or removed. */
  changed: number;
  /** The number of ids that were in the list already, or for a removal those that were not in it. */
  unchanged: number;
  /** The number of hashes after the change. */
  hashes: number;
}

/** An id has fewer bytes than the reader's `first` or `last`, so its hash can never match. */
export class ShortIdError extends Error {
  constructor(bytes: number) {
    super(`an id has fewer than the ${bytes} bytes that this condition hashes, so it can never match`);
    this.name = "ShortIdError";
  }
}

/** Adds the hashes of plain ids. Throws ShortIdError. */
export function addIds(leaf: HashedLeaf, ids: readonly string[], width?: number): ChangedHashes {
  const packed = packedOf(leaf, width);
  const stored = unpack(packed);
  const isStored = (digest: Uint8Array): boolean => holdsHash(stored, packed.width, digest);
  const added = digestsOfIds(leaf.read, ids).filter((digest) => !isStored(digest));
  const after = pack([...digestsOf(packed), ...added], packed.width);
  return changedLeaf(leaf, after, added.length, ids);
}

/** Removes the hashes of plain ids. Throws ShortIdError. */
export function removeIds(leaf: HashedLeaf, ids: readonly string[], width?: number): ChangedHashes {
  const packed = packedOf(leaf, width);
  const removed = pack(digestsOfIds(leaf.read, ids), packed.width);
  const bytes = unpack(removed);
  const kept = [...digestsOf(packed)].filter((digest) => !holdsHash(bytes, packed.width, digest));
  return changedLeaf(leaf, pack(kept, packed.width), countPacked(packed) - kept.length, ids);
}

/** Returns the ids that are in the list. Throws ShortIdError. */
export function idsInList(leaf: HashedLeaf, ids: readonly string[]): string[] {
  const packed = packedOf(leaf);
  const stored = unpack(packed);
  const digests = digestsOfIds(leaf.read, ids);
  return ids.filter((_, i) => holdsHash(stored, packed.width, digests[i] as Uint8Array));
}

function changedLeaf(leaf: HashedLeaf, packed: PackedHashes, changed: number, ids: readonly string[]): ChangedHashes {
  const { values: _, packed: __, ...rest } = leaf;
  return { leaf: { ...rest, packed }, changed, unchanged: ids.length - changed, hashes: countPacked(packed) };
}

function digestsOfIds(read: HashReader, ids: readonly string[]): Uint8Array[] {
  const digestOf = compileTextDigest(read);
  return ids.map((id) => {
    const digest = digestOf(id);
    if (digest === undefined) throw new ShortIdError(read.first ?? read.last ?? 0);
    return digest;
  });
}

function bytesOfHex(hash: unknown): Uint8Array {
  return Uint8Array.from(String(hash).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
