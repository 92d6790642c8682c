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
  const ranked = (found ?? []).map((index) => ({
    index,
    text: texts[index] ?? "",
    rank: rankOf(texts[index], wanted),
  }));
  return ranked.toSorted((a, b) => a.rank - b.rank || natural(a.text, b.text)).map(({ index }) => index);
}

function rankOf(text = "", wanted: string): number {
  const at = text.toLowerCase().indexOf(wanted);
  if (at === -1) return 4;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? 3 : 2;
  return text.length === wanted.length ? 0 : 1;
}
