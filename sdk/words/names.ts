/** Names, values and lists as parts of a sentence. */

/** Names that read as a part of the sentence if they stand without quotation marks. */
const WORDS = new Set(["everyone", "nobody", "otherwise", "default", "and", "or", "if", "for", "not", "null", "none"]);

/** Returns the name of a variant. It is in quotation marks only if it could be read as something else. */
export function nameText(name: string): string {
  return /^[\p{L}\p{N}](?:[\w\p{L}.-]*[\w\p{L}])?$/u.test(name) && !WORDS.has(name.toLowerCase()) ? name : `“${name}”`;
}

/** Returns a variant, or the value that code uses by itself. */
export function variantText(variant: string | null): string {
  return variant === null ? "the code default" : nameText(variant);
}

/** Returns a value of a condition. Text is in quotation marks if it could be read as another value or as a list. */
export function valueText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "nothing";
  const isPlain =
    /^[^\s,“”"](?:[^,;“”"\n\r]*[^\s,;“”"])?$/.test(value) && !/^(?:true|false|null|[-+]?[\d.]+)$/.test(value);
  return isPlain && !/ (?:and|or) /.test(value) ? value : `“${value}”`;
}

/** `a`, `a and b`, `a, b and c`; with more than `most` items, `a, b and 5 more`. */
export function listText(items: readonly string[], word: "and" | "or", most = Infinity): string {
  const isLong = items.length > most;
  const shown = isLong ? [...items.slice(0, most), moreText(items.length - most)] : items;
  const last = shown.at(-1) ?? "nothing";
  if (shown.length < 2) return last;
  return `${shown.slice(0, -1).join(", ")} ${word} ${last}`;
}

/** `5 more`, `1,200 more` */
export function moreText(count: number): string {
  return `${count.toLocaleString("en")} more`;
}

/** The first of several texts, and the number of the others: `a (and 5 more)`. */
export function firstText([first, ...rest]: readonly string[]): string | undefined {
  return first === undefined || rest.length === 0 ? first : `${first} (and ${moreText(rest.length)})`;
}

/** `1 hash`, `5,000 hashes` */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
