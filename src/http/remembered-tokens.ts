/**
 * Tokens whose MAC this isolate has verified, with what they stand for. A full map starts over: that costs one
 * verification for each token in use, and needs no order of use on the hot path.
 */
export class RememberedTokens<V> {
  readonly #maxTokens: number;
  readonly #values = new Map<string, V>();

  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens;
  }

  get size(): number {
    return this.#values.size;
  }

  get(token: string): V | undefined {
    return this.#values.get(token);
  }

  set(token: string, value: V): void {
    if (this.#values.size >= this.#maxTokens && !this.#values.has(token)) this.#values.clear();
    this.#values.set(token, value);
  }
}
