/** The quotes of texts in most languages. */
const QUOTES = ['"', "'", "`"];
/** A longer text is no flag key. */
const LONGEST = 256;

/** Returns the texts between two equal quotes on one line. Some are not texts of the language, such as `' + '`. */
export function quotedTexts(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    for (const quote of QUOTES) {
      let start = line.indexOf(quote);
      while (start >= 0) {
        const end = line.indexOf(quote, start + 1);
        if (end < 0) break;
        if (end - start - 1 <= LONGEST) found.push(line.slice(start + 1, end));
        start = end;
      }
    }
  }
  return found;
}
