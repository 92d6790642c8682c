import type { SchemeName } from "../../../src/flags/formats/hash-schemes.ts";
import { SCHEMES } from "../../../src/evaluation/hashing/schemes/schemes.ts";
import type { JsonValue } from "../../../src/flags/document.ts";
import { seededRandom } from "../seeded-random.ts";

const ALPHABETS = [
  "abcdefghijklmnopqrstuvwxyz0123456789-_.@ABCDEF",
  "éèüßñøåÆçÿ",
  "ĄŁžєЖΩשع",
  "用户日本語한국",
  "🦄🎉👩‍💻𝔘",
].map((letters) => Array.from(letters));

/** Returns different ids: three of five are ASCII, the others mix in letters of the further alphabets. */
export function randomIds(count: number, seed = 12): string[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const ids = new Set<string>();
  while (ids.size < count) {
    const alphabets = random() < 0.6 ? ALPHABETS.slice(0, 1) : ALPHABETS;
    const length = 1 + Math.floor(random() * 24);
    ids.add(Array.from({ length }, () => pick(pick(alphabets))).join(""));
  }
  return [...ids];
}

/** Returns the index of the weight that a bucket falls into, as a rollout finds it, or -1 past the last. */
export function indexIn(bucket: number, weights: readonly number[]): number {
  let cut = 0;
  return weights.findIndex((weight) => bucket < (cut += weight));
}

/** Returns weights with the given sum: many different sizes, so that cuts are everywhere in the space. */
export function unevenWeights(total: number, count = 20): number[] {
  const weights = Array.from({ length: count - 1 }, (_, i) => Math.floor((total * (i + 1)) / (count * (count + 1))));
  return [...weights, total - weights.reduce((sum, weight) => sum + weight, 0)];
}

export function bucketsOf(name: SchemeName, salt: string, total: number): (value: JsonValue | undefined) => number {
  return SCHEMES[name](salt, total);
}

/** Returns the ids for which the two functions differ, at most ten, with both results. A constant proves nothing. */
export async function differences(
  ids: readonly string[],
  ours: (id: string) => unknown,
  theirs: (id: string) => unknown,
): Promise<unknown[]> {
  const found: unknown[] = [];
  const results = new Set<unknown>();
  for (const id of ids) {
    const actual = theirs(id);
    const theirResult: unknown = actual instanceof Promise ? await actual : actual;
    const ourResult = ours(id);
    results.add(ourResult);
    if (ourResult !== theirResult && found.push({ id, ours: ourResult, theirs: theirResult }) === 10) break;
  }
  return results.size > 1 ? found : [...found, "all ids have one result"];
}
