/** Rotations of SDK keys. The API does not record them, so a newer key with the same settings shows one. */
import type { Key } from "../../../../sdk/client/contract.ts";

/** Returns the ids of the keys that a newer one replaces. `keys` come oldest first and are not revoked. */
export function replacedKeys(keys: readonly Key[]): ReadonlySet<string> {
  const newest = new Map<string, string>();
  for (const key of keys) newest.set(settingsOf(key), key.id);
  return new Set(keys.filter((key) => newest.get(settingsOf(key)) !== key.id).map(({ id }) => id));
}

function settingsOf({ kind, name, origins }: Key): string {
  return JSON.stringify([kind, name, origins.toSorted()]);
}

/** Says when to revoke a key that was replaced, from its last use and the beginning of today (ms). */
export function rotationText({ lastUsedAt }: Pick<Key, "lastUsedAt">, today: number): string {
  if (lastUsedAt === null) return "Replaced and never used: you can revoke it.";
  return Date.parse(lastUsedAt) < today
    ? "Replaced and not used today: you can revoke it."
    : "Replaced, and still used today: revoke it when its last use is before today.";
}
