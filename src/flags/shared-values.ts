/** Beyond this many characters of text, values that nothing uses any more are forgotten. */
const MAX_CHARS = 256 * 1024;

/**
 * Compiled values that several flags have in common, by the text that they were compiled from. A value lives as long as
 * something else uses it. Beyond `maxChars` characters of text, values are compiled again rather than kept here.
 */
export class SharedValues<V extends object> {
  readonly #references = new Map<string, WeakRef<V>>();
  readonly #maxChars: number;
  #chars = 0;

  constructor(maxChars = MAX_CHARS) {
    this.#maxChars = maxChars;
  }

  /** The number of values that are known, including those that nothing uses any more. */
  get size(): number {
    return this.#references.size;
  }

  get(text: string): V | undefined {
    return this.#references.get(text)?.deref();
  }

  /** Returns the value that something uses, or else what `make` returns. */
  getOrMake(text: string, make: () => V): V {
    const known = this.get(text);
    if (known !== undefined) return known;
    const value = make();
    this.add(text, value);
    return value;
  }

  add(text: string, value: V): void {
    if (text.length > this.#maxChars) return;
    if (!this.#references.has(text)) this.#chars += text.length;
    this.#references.set(text, new WeakRef(value));
    if (this.#chars > this.#maxChars) this.#forgetUnused();
  }

  #forgetUnused(): void {
    for (const [text, reference] of this.#references) if (reference.deref() === undefined) this.#forget(text);
    // The rest is in use. Forgetting half of it makes this rare.
    for (const text of this.#references.keys()) {
      if (this.#chars <= this.#maxChars / 2) return;
      this.#forget(text);
    }
  }

  #forget(text: string): void {
    this.#references.delete(text);
    this.#chars -= text.length;
  }
}
