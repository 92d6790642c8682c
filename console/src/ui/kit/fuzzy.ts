import uFuzzy from "@leeoniya/ufuzzy";

/** One wrong, missing, extra or swapped letter per word still matches: `chekout` finds `checkout`. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- its `const enum` does not exist at run time
const matcher = new uFuzzy({ intraMode: 1 });
const natural = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Returns the indexes of the texts that match every word in any order, the best first. An empty search returns all of
 * them in their own order. Searching 5,000 keys takes a few milliseconds.
 */
export function fuzzyFind(texts: readonly string[], search: string): number[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return texts.map((_, i) => i);
  // uFuzzy finds; its own order is not used, because it puts a whole match after longer texts.
  const [found] = matcher.search(texts as string[], wanted, 1, 0);
  const ranked = (found ?? []).map((index) => {
    const text = texts[index] ?? "";
    return { index, text, ranks: ranksOf(text, wanted) };
  });
  return ranked.toSorted((a, b) => differenceOf(a.ranks, b.ranks) || natural(a.text, b.text)).map(({ index }) => index);
}

type Ranks = readonly [match: number, start: number, length: number];

/** Returns how far a text is from the search. Of texts that have it with a mistake, the closest begins like it. */
function ranksOf(text: string, wanted: string): Ranks {
  const lower = text.toLowerCase();
  const at = lower.indexOf(wanted);
  if (at === -1) {
    const [word = ""] = lower.split(" ", 1);
    return [4, -sharedStart(word, wanted), word.length];
  }
  if (at > 0) return [/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? 3 : 2, 0, 0];
  return [text.length === wanted.length ? 0 : 1, 0, 0];
}

function sharedStart(word: string, wanted: string): number {
  let length = 0;
  while (length < word.length && word[length] === wanted[length]) length++;
  return length;
}

function differenceOf(a: Ranks, b: Ranks): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
