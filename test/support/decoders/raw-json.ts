/** JSON as typed languages read it: a number keeps the form in which it was written. */

export class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }

  get value(): number {
    return Number(this.source);
  }

  /** Whether the number was written without a decimal point and without an exponent. */
  get isWhole(): boolean {
    return /^-?\d+$/.test(this.source);
  }

  get isInt32(): boolean {
    return this.isWhole && (this.value | 0) === this.value;
  }

  get isInt64(): boolean {
    return this.isWhole && BigInt.asIntN(64, BigInt(this.source)) === BigInt(this.source);
  }
}

export type RawJson = null | boolean | string | JsonNumber | RawJson[] | { [name: string]: RawJson };
export type RawObject = { [name: string]: RawJson };

type SourceReviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/** @throws SyntaxError */
export function parseRaw(text: string): RawJson {
  const keepNumbers: SourceReviver = (_key, value, { source }) =>
    typeof value === "number" ? new JsonNumber(source ?? "") : value;
  return JSON.parse(text, keepNumbers as (this: unknown, key: string, value: unknown) => unknown) as RawJson;
}

export function isObject(value: RawJson | undefined): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** Returns the value with plain numbers. */
export function plain(value: RawJson): unknown {
  if (value instanceof JsonNumber) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
