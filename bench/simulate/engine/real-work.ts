/** More results than a day has names of entries. */
const MAX_RESULTS = 50_000;

type Method = (...args: unknown[]) => Promise<unknown>;

/**
 * Work that Node does in other threads, which ends at a real time: hashes and MACs. The simulation's time stands still
 * meanwhile. The calls run one after the other, so that they always end in the same order. Thousands of isolates need
 * the same few results, which are therefore kept.
 */
export class RealWork {
  readonly #results = new Map<string, Promise<unknown>>();
  readonly #keys = new Map<unknown, string>();
  #underWay = 0;
  #last: Promise<unknown> = Promise.resolve();
  #restore: (() => void) | undefined;

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Replaces the functions of `crypto.subtle` until {@link stop}. */
  start(): void {
    const subtle = crypto.subtle as unknown as Record<string, Method>;
    const names = ["digest", "importKey", "sign", "verify"];
    for (const name of names) {
      const original = subtle[name]!.bind(crypto.subtle);
      const value: Method = (...args) =>
        this.#call(`${name} ${args.map((arg) => this.#textOf(arg)).join(" ")}`, () => original(...args));
      Object.defineProperty(subtle, name, { configurable: true, value });
    }
    this.#restore = () => {
      for (const name of names) Reflect.deleteProperty(subtle, name);
    };
  }

  stop(): void {
    this.#restore?.();
    this.#restore = undefined;
  }

  #call(question: string, call: () => Promise<unknown>): Promise<unknown> {
    let result = this.#results.get(question);
    if (result !== undefined) return result;
    if (this.#results.size >= MAX_RESULTS) this.#results.clear();
    this.#underWay += 1;
    result = this.#last.then(call).finally(() => {
      this.#underWay -= 1;
    });
    this.#last = result.catch(() => undefined);
    this.#results.set(question, result);
    return result;
  }

  #textOf(argument: unknown): string {
    if (argument instanceof Uint8Array) return Buffer.from(argument).toString("latin1");
    if (!(argument instanceof CryptoKey)) return JSON.stringify(argument);
    let name = this.#keys.get(argument);
    if (name === undefined) this.#keys.set(argument, (name = `key ${this.#keys.size}`));
    return name;
  }
}
