/** More texts than a day has versions of flags. */
const MAX_TEXTS = 20_000;
/** A text of one flag is shorter than this, and so is a head (characters). */
const MAX_CHARS = 20_000;

/**
 * Lets the isolates of the simulation share what they parse. Thousands of isolates parse the same few texts, which
 * would take most of the time. The shared values are frozen: code that changes one of them fails.
 */
export class SharedJson {
  readonly #parsed = new Map<string, unknown>();
  #restore: (() => void) | undefined;

  /** Replaces `JSON.parse` until {@link stop}. */
  start(): void {
    const original = JSON.parse;
    JSON.parse = (text: string, ...rest: []): unknown => {
      if (typeof text !== "string" || text.length > MAX_CHARS || rest.length > 0) return original(text, ...rest);
      let value = this.#parsed.get(text);
      if (value !== undefined) return value;
      value = frozen(original(text));
      if (this.#parsed.size >= MAX_TEXTS) this.#parsed.clear();
      this.#parsed.set(text, value);
      return value;
    };
    this.#restore = () => {
      JSON.parse = original;
    };
  }

  stop(): void {
    this.#restore?.();
    this.#restore = undefined;
  }
}

function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
