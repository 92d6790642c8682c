/** What was typed, read: a value, or what is wrong with the text. */
export type Parsed<T> = { value: T } | { problem: string };

export function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}
