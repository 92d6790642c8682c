import type { JsonValue } from "@openfeature/core";

/** The values that the code under test sees, by flag key. */
export type FlagValues = Readonly<Record<string, JsonValue>>;

/** An override that lasts until it is disposed of. Disposing of it again does nothing. */
export interface FlagOverride extends Disposable, AsyncDisposable {
  /** Ends the override, for code that cannot use `using`. */
  restore(): void;
}

/** A stack of overrides. The newest one that names a flag applies, and each can end at any time. */
export class OverriddenValues {
  readonly #parent: OverriddenValues | undefined;
  readonly #layers: FlagValues[] = [];
  readonly #listeners = new Set<(flagKeys: string[]) => void>();

  /** @param parent overrides that apply to the flags that nothing in this stack names */
  constructor(parent?: OverriddenValues) {
    this.#parent = parent;
  }

  add(values: FlagValues): FlagOverride {
    const layer = { ...values };
    this.#layers.push(layer);
    this.#notify(layer);
    const restore = () => {
      const index = this.#layers.indexOf(layer);
      if (index < 0) return;
      this.#layers.splice(index, 1);
      this.#notify(layer);
    };
    return { restore, [Symbol.dispose]: restore, [Symbol.asyncDispose]: async () => restore() };
  }

  /** Returns the overriding value, or `undefined` if the flag is not overridden. */
  find(flagKey: string): JsonValue | undefined {
    for (const layer of this.#layers.toReversed()) {
      if (Object.hasOwn(layer, flagKey)) return layer[flagKey];
    }
    return this.#parent?.find(flagKey);
  }

  /** Calls `listener` with the keys of flags whose value may have changed. Returns a function that stops this. */
  listen(listener: (flagKeys: string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #notify(layer: FlagValues): void {
    for (const listener of this.#listeners) listener(Object.keys(layer));
  }
}
