/**
 * Work that Node does in other threads, which ends at a real time: the functions of `crypto.subtle`. The simulation's
 * time stands still meanwhile. The calls run one after the other, so that they always end in the same order.
 */
const METHODS = ["digest", "importKey", "sign", "verify"] as const;

type Method = (...args: unknown[]) => Promise<unknown>;

export class RealWork {
  #underWay = 0;
  #last: Promise<unknown> = Promise.resolve();
  #restore: (() => void) | undefined;

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Replaces the functions until {@link stop}. */
  start(): void {
    const subtle = crypto.subtle as unknown as Record<string, Method>;
    for (const name of METHODS) {
      const original = subtle[name]!.bind(crypto.subtle);
      Object.defineProperty(subtle, name, {
        configurable: true,
        value: (...args: unknown[]) => this.#follow(() => original(...args)),
      });
    }
    this.#restore = () => {
      for (const name of METHODS) Reflect.deleteProperty(subtle, name);
    };
  }

  stop(): void {
    this.#restore?.();
    this.#restore = undefined;
  }

  #follow(call: () => Promise<unknown>): Promise<unknown> {
    this.#underWay += 1;
    const result = this.#last.then(call).finally(() => {
      this.#underWay -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
