/**
 * Whole numbers in JSON text that JavaScript would round. `JSON.parse` keeps no digits beyond 2^53, so only the text
 * shows the number that was sent.
 */

/** The end of an error message about such a number, after the name of its place. */
export const INEXACT_NUMBER = `must be within ±${Number.MAX_SAFE_INTEGER}, because larger whole numbers lose digits; write it as text`;

/** The end of an error message about a number such as 1e999. */
export const INFINITE_NUMBER = "is too large a number";

/** Names of members and indexes of items, from the outermost value inwards. */
export type Steps = readonly (string | number)[];

/** 2^53 has 16 digits. Most texts contain no number of that length, so they are not read again. */
const LONG_NUMBER = /\d{16}/;

/** The number of levels that are read. Deeper input is refused for its depth. */
const MAX_LEVELS = 1000;

/** Whether a parsed number may stand for a whole number that lost digits; only the text can tell. */
export function mayBeInexact(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER;
}

/** Whether this is a whole number, without fraction and exponent, that JavaScript may round. */
export function isInexact(literal: string): boolean {
  return /^[+-]?\d+$/.test(literal) && mayBeInexact(Number(literal));
}

/**
 * Returns the places of up to `most` whole numbers beyond ±(2^53 − 1). The text must be valid JSON.
 *
 * @param isAllowed tells which of them are accepted nevertheless
 */
export function findInexactNumbers(
  text: string,
  most: number,
  isAllowed: (literal: string, steps: Steps) => boolean = () => false,
): Steps[] {
  const found: Steps[] = [];
  forEachLongNumber(text, (literal, stepsTo) => {
    if (!isInexact(literal)) return true;
    const steps = stepsTo();
    if (!isAllowed(literal, steps)) found.push(steps);
    return found.length < most;
  });
  return found;
}

/**
 * Returns the problem with the first number of a JSON text that is not kept exactly, such as "/ids/1 must be within …".
 *
 * @param value the parsed text
 */
export function numberProblem(text: string, value: unknown): string | undefined {
  const [inexact] = findInexactNumbers(text, 1);
  const steps = inexact ?? infiniteNumber(value, 1);
  if (steps === undefined) return undefined;
  const place = steps.map((step) => `/${step}`).join("");
  return `${place} ${inexact === undefined ? INFINITE_NUMBER : INEXACT_NUMBER}`.trimStart();
}

function infiniteNumber(value: unknown, level: number): Steps | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : [];
  if (typeof value !== "object" || value === null || level > MAX_LEVELS) return undefined;
  for (const [name, child] of Object.entries(value)) {
    const rest = infiniteNumber(child, level + 1);
    if (rest !== undefined) return [name, ...rest];
  }
  return undefined;
}

/**
 * Returns the JSON text of a value, with large floats in exponent notation (`1e+17`). `JSON.stringify` writes some of
 * them as whole numbers, which would be refused as inexact when they are sent back.
 */
export function exactJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? "";
  let [exact, end] = ["", 0];
  forEachLongNumber(text, (literal, _, at) => {
    if (isInexact(literal)) {
      exact += text.slice(end, at) + Number(literal).toExponential();
      end = at + literal.length;
    }
    return true;
  });
  return exact + text.slice(end);
}

/** Calls `visit` for each number in the text, until it returns false. Does nothing if no number is long. */
function forEachLongNumber(text: string, visit: (literal: string, steps: () => Steps, at: number) => boolean): void {
  if (!LONG_NUMBER.test(text)) return;
  /** The open containers: the last name in an object, as JSON, or the current index in a list. */
  const open: (string | number)[] = [];
  const steps = (): Steps => open.map((step) => (typeof step === "number" ? step : (JSON.parse(step) as string)));
  const token = /["[\]{},]|-?\d[\d.eE+-]*/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [part] = match;
    const last = open.length - 1;
    if (part === '"') {
      const end = endOfText(text, match.index);
      token.lastIndex = end;
      if (typeof open[last] === "string" && isName(text, end)) open[last] = text.slice(match.index, end);
    } else if (part === "{" || part === "[") {
      if (open.push(part === "{" ? '""' : 0) > MAX_LEVELS) return;
    } else if (part === "}" || part === "]") open.pop();
    else if (part === ",") {
      const index = open[last];
      if (typeof index === "number") open[last] = index + 1;
    } else if (!visit(part, steps, match.index)) return;
  }
}

/** Returns the index after the quote that ends the text which begins at `start`. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0;
  while (json[quote - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

/** Whether the text that ends here is the name of a member. */
function isName(json: string, end: number): boolean {
  let at = end;
  while (" \t\n\r".includes(json[at] ?? "x")) at++;
  return json[at] === ":";
}
