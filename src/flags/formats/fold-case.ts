/**
 * Letters that are the same letter as another one, although both are lower case: a Greek sigma at the end of a word,
 * the long s, Greek and Cyrillic letters that have a second form, ligatures. Each is replaced by the usual form.
 */
const SECOND_FORMS: Record<string, string> = {
  "\u017f": "s",
  "\u00b5": "μ",
  "\u0345": "ι",
  "\u1fbe": "ι",
  "\u03c2": "σ",
  "\u03d0": "β",
  "\u03d1": "θ",
  "\u03d5": "φ",
  "\u03d6": "π",
  "\u03f0": "κ",
  "\u03f1": "ρ",
  "\u03f5": "ε",
  "\u1fd3": "\u0390",
  "\u1fe3": "\u03b0",
  "\u1c80": "в",
  "\u1c81": "д",
  "\u1c82": "о",
  "\u1c83": "с",
  "\u1c84": "т",
  "\u1c85": "т",
  "\u1c86": "ъ",
  "\u1c87": "ѣ",
  "\u1c88": "\ua64b",
  "\u1e9b": "\u1e61",
  "\ufb05": "\ufb06",
};
const SECOND_FORM = new RegExp(`[${Object.keys(SECOND_FORMS).join("")}]`, "g");

/** The only letter whose lower-case form has two code points. Unicode's simple folding leaves it alone. */
const DOTTED_CAPITAL_I = "\u0130";

/**
 * Returns the text with every letter in the form that it has when case is ignored, by Unicode's simple case folding, as
 * RE2 folds patterns. Letters fold one by one, whatever stands beside them: String.toLowerCase alone would write a
 * final sigma as another letter, so that a part of a text would no longer be found in it.
 */
export function foldCase(text: string): string {
  const lower = text.includes(DOTTED_CAPITAL_I)
    ? text
        .split(DOTTED_CAPITAL_I)
        .map((part) => part.toLowerCase())
        .join(DOTTED_CAPITAL_I)
    : text.toLowerCase();
  return lower.replace(SECOND_FORM, (letter) => SECOND_FORMS[letter] ?? letter);
}
