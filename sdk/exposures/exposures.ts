import type { JsonValue } from "../../src/flags/document.ts";

/** A subject got a variant of a flag in a call that asked for this flag. */
export interface Exposure {
  flagKey: string;
  variant: string;
  /** The value that the call returned. */
  value: JsonValue;
  /** The subject: the context's `targetingKey`. */
  targetingKey: string;
  /** ms since epoch */
  timestamp: number;
  reason: string;
  /** The id of the rule that decided; absent if the flag's default did. */
  ruleId?: string;
  /** The environment; absent over a client binding, like the rule and the version. */
  environment?: string;
  /** The version at which the flag last changed. */
  flagVersion?: string;
}

/** Takes exposures. It is called during an evaluation, so it should only put them aside. */
export type ExposureListener = (exposure: Exposure) => void | Promise<void>;

/**
 * The instants of the last reports (ms since epoch) by flag, variant and subject. Joining the three to one text would
 * take longer than most evaluations.
 */
type Half = Map<string, Map<string, Map<string, number>>>;

/** A flag, a variant and a subject are reported once in this time (ms). */
const WINDOW_MS = 10 * 60_000;
/** The memory has two halves of at most this many triples and characters. A full half replaces the other one. */
const HALF_TRIPLES = 5000;
const HALF_CHARACTERS = 1_000_000;

/**
 * Reports which subjects have seen which variants: at most once in ten minutes for each flag, variant and subject, as
 * far as 10,000 of them can be remembered. Pass it to the flags of one environment.
 *
 * @example
 * const exposures = new Exposures((exposure) => void batch.push(exposure));
 * const flags = await startFlags({ url, key, exposures });
 */
export class Exposures {
  readonly #listener: ExposureListener;
  readonly #now: () => number;
  #newer: Half = new Map();
  #older: Half = new Map();
  /** The number of triples in the newer half, and of the characters of their subjects. */
  #triples = 0;
  #characters = 0;
  #hasFailed = false;

  /** @throws TypeError the listener is no function */
  constructor(listener: ExposureListener, { now = Date.now }: { now?: () => number } = {}) {
    if (typeof listener !== "function") throw new TypeError("the listener of exposures must be a function");
    this.#listener = listener;
    this.#now = now;
  }

  /**
   * Returns the time (ms since epoch) if an exposure is to be reported now, and remembers it as reported. Returns
   * `undefined` if there is no subject, or the report was made already. @internal
   */
  claim(flagKey: string, variant: string | undefined, targetingKey: unknown): number | undefined {
    if (variant === undefined || typeof targetingKey !== "string" || targetingKey === "") return undefined;
    const now = this.#now();
    const known = this.#newer.get(flagKey)?.get(variant)?.get(targetingKey);
    const reported = known ?? this.#older.get(flagKey)?.get(variant)?.get(targetingKey);
    // A clock that was put back must not silence a subject for longer than the window.
    if (reported !== undefined && now - reported < WINDOW_MS && now >= reported) return undefined;
    if (known === undefined) this.#makeRoom(targetingKey.length);
    // A copy, because the text may be a part of a long one, which would stay in memory as a whole.
    this.#subjectsOf(flagKey, variant).set(` ${targetingKey}`.slice(1), now);
    return now;
  }

  /** Calls the listener. Does not throw: its first failure is logged. @internal */
  report(exposure: Exposure): void {
    try {
      const promise = this.#listener(exposure);
      if (promise instanceof Promise) promise.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #makeRoom(characters: number): void {
    if (this.#triples >= HALF_TRIPLES || this.#characters + characters > HALF_CHARACTERS) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#triples = 0;
      this.#characters = 0;
    }
    this.#triples += 1;
    this.#characters += characters;
  }

  #subjectsOf(flagKey: string, variant: string): Map<string, number> {
    let variants = this.#newer.get(flagKey);
    if (variants === undefined) this.#newer.set(flagKey, (variants = new Map()));
    let subjects = variants.get(variant);
    if (subjects === undefined) variants.set(variant, (subjects = new Map()));
    return subjects;
  }

  #failed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    // oxlint-disable-next-line no-console -- the program's own log is the only place where its author sees this
    console.error("burgee: the listener of exposures failed; later failures are not logged:", error);
  }
}

/** The subject of a context as it was given; `undefined` if it is no text. */
export function subjectOf(context: unknown): string | undefined {
  try {
    const { targetingKey } = context as { targetingKey?: unknown };
    return typeof targetingKey === "string" ? targetingKey : undefined;
  } catch {
    return undefined; // A property that throws.
  }
}
