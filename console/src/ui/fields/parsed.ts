/** The result of parsing a text: a value, or the problem with the text. */
export type Parsed<T> = { value: T } | { problem: string };

export function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}
