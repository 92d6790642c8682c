import type { JsonValue } from "@openfeature/core";

/** Flag key → the value that the code under test is to see. */
export type FlagValues = Readonly<Record<string, JsonValue>>;

/** An override that is in force until it is disposed of. Disposing of it again does nothing. */
export interface FlagOverride extends Disposable, AsyncDisposable {
  /** For those who have no `using`. */
  restore(): void;
}

/** Overrides on top of one another: the newest one that names a flag counts, and each can go at any time. */
export class OverriddenValues {
  readonly #parent: OverriddenValues | undefined;
  readonly #layers: FlagValues[] = [];
  readonly #listeners = new Set<(flagKeys: string[]) => void>();

  /** `parent`: asked for what nothing here names. */
  constructor(parent?: OverriddenValues) {
    this.#parent = parent;
  }

  add(values: FlagValues): FlagOverride {
    const layer = { ...values };
    this.#layers.push(layer);
    this.#tell(layer);
    const restore = () => {
      const at = this.#layers.indexOf(layer);
      if (at < 0) return;
      this.#layers.splice(at, 1);
      this.#tell(layer);
    };
    return { restore, [Symbol.dispose]: restore, [Symbol.asyncDispose]: async () => restore() };
  }

  /** Undefined: the flag is not overridden. A value of null is no value, as in OpenFeature. */
  find(flagKey: string): JsonValue | undefined {
    for (const layer of this.#layers.toReversed()) {
      if (Object.hasOwn(layer, flagKey)) return layer[flagKey];
    }
    return this.#parent?.find(flagKey);
  }

  /** Calls `listener` with the keys of flags that may have another value now. Answers how to stop it. */
  listen(listener: (flagKeys: string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(layer: FlagValues): void {
    for (const listener of this.#listeners) listener(Object.keys(layer));
  }
}
