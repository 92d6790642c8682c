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
/** Not a character, so it has no case. It stands for the dotted I while the rest is written in lower case. */
const PLACEHOLDER = "\uffff";

/** A long text is folded once for all conditions on it. A caller must not be able to have its text folded 500 times. */
const LONG_TEXT = 64;
let [lastText, lastFolded] = ["", ""];

/**
 * Returns the text with every letter in the form that it has when case is ignored, by Unicode's simple case folding, as
 * RE2 folds patterns. Letters fold one by one, whatever stands beside them: String.toLowerCase alone would write a
 * final sigma as another letter, so that a part of a text would no longer be found in it.
 */
export function foldCase(text: string): string {
  if (text.length < LONG_TEXT) return fold(text);
  if (text !== lastText) [lastText, lastFolded] = [text, fold(text)];
  return lastFolded;
}

function fold(text: string): string {
  return lowerCase(text).replace(SECOND_FORM, (letter) => SECOND_FORMS[letter] ?? letter);
}

function lowerCase(text: string): string {
  if (!text.includes(DOTTED_CAPITAL_I)) return text.toLowerCase();
  if (text.includes(PLACEHOLDER)) return text.split(PLACEHOLDER).map(lowerCase).join(PLACEHOLDER);
  const marked = text.replaceAll(DOTTED_CAPITAL_I, PLACEHOLDER);
  return marked.toLowerCase().replaceAll(PLACEHOLDER, DOTTED_CAPITAL_I);
}
