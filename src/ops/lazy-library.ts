/**
 * Code that loads on first use, because most isolates need none of it. Compiling is synchronous, so whoever brings
 * documents into an isolate awaits {@link load} first (evaluation/prepare.ts). The worker's bundle preloads nothing
 * (dev/bundle.ts); tools, which start in other ways, do.
 */
export class LazyLibrary<L extends object> {
  readonly #name: string;
  readonly #import: () => Promise<L>;
  #library: L | undefined;

  /** `preloaded` is `undefined` in the worker. */
  constructor(name: string, preloaded: L | undefined, importLibrary: () => Promise<L>) {
    this.#name = name;
    this.#library = preloaded;
    this.#import = importLibrary;
  }

  get isLoaded(): boolean {
    return this.#library !== undefined;
  }

  /** Loads the code. Requests share no promise, because one that waits for another's promise can wait forever. */
  async load(): Promise<void> {
    this.#library ??= await this.#import();
  }

  /** Returns the loaded code. */
  get loaded(): L {
    if (this.#library === undefined) throw new Error(`a flag was compiled before ${this.#name} was loaded`);
    return this.#library;
  }
}
