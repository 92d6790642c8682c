import { type Clock, isWithin } from "../../src/ops/clock.ts";
import { checkDefinitions, type DefinitionSet, DefinitionsError, withDefinitions } from "./definition-set.ts";
import { type Edge, RefusedError, SILENCE_MS } from "./edge.ts";

/** The first pause after a failure, and the longest one (ms). Each is drawn from its upper half. */
const RETRY = { firstMs: 500, longestMs: 30_000 };
/** A refused key is tried again after this, because a deployment whose secret was restored accepts it again (ms). */
const REFUSED_MS = 60_000;
/** The pause between two streams if the deployment asks for none (ms). */
const RECONNECT_MS = 1000;
/** A deployment that stays behind the version known here for this long was restored from a copy (ms). */
const BEHIND_MS = 60_000;

/** How often a version that a stream announced is asked for before the stream is given up. */
const CATCH_UP_ATTEMPTS = 5;

/** The news of a follower. */
export interface FollowerEvents {
  /** Flags were replaced. `changed` are the keys of those that differ. */
  onFlags(changed: string[]): void;
  /** The deployment responds. */
  onFresh(): void;
  /** The deployment does not respond, refuses the key, or serves what cannot be used. The last known flags stay. */
  onFailure(error: Error): void;
}

export interface FollowerOptions {
  edge: Edge;
  /** The pause between two requests where there are no streams (ms). */
  pollMs: number;
  clock: Clock;
  random: () => number;
  events: FollowerEvents;
}

/** Keeps an environment's flags up to date until it is closed: by a stream, or by polling where there is none. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #closing = new AbortController();
  #set: DefinitionSet | undefined;
  #etag: string | undefined;
  #isFromEdge = false;
  /** When the deployment was first seen behind the version known here (ms since epoch). */
  #behindSince: number | undefined;
  #failures = 0;
  /** Whether the last failure will hardly end differently next time. */
  #isRefused = false;
  #isCatchingUp = false;
  /** The newest version that a stream has announced. */
  #announced = 0;
  #reading: Promise<boolean> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The flags; `undefined` before the first ones. */
  get set(): DefinitionSet | undefined {
    return this.#set;
  }

  /** Whether the flags came from the deployment, and not from a file. */
  get isFromEdge(): boolean {
    return this.#isFromEdge;
  }

  /** Whether the last attempt to reach the deployment failed. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Starts with definitions from a file. The first response of the deployment replaces them, whatever its version. */
  async begin(value: unknown): Promise<void> {
    const { set } = await withDefinitions(undefined, checkDefinitions(value), () => this.#pause());
    if (this.#isFromEdge) return;
    this.#set = set;
    this.#options.events.onFlags([]);
  }

  /** Asks the deployment once. Returns whether it responded with flags that can be used. */
  refresh(): Promise<boolean> {
    // Two at once could store their results in the wrong order.
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Follows the deployment until {@link close}. Never throws. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const pauseMs = (await this.refresh()) ? await this.#follow() : this.#retryMs();
      await clock.sleep(pauseMs, signal);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  /** Follows streams, one after the other, for as long as they work. Returns the pause before the next attempt (ms). */
  async #follow(): Promise<number> {
    const { clock, pollMs } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const { hasStreams, retryMs = RECONNECT_MS } = await this.#stream();
        if (!hasStreams) return this.#jittered(pollMs);
        // An event whose request failed: ask again before another stream.
        if (this.isFailing) return this.#retryMs();
        await clock.sleep(retryMs, signal);
      } catch (error) {
        if (signal.aborted) return 0;
        this.#failed(error);
        return this.#retryMs();
      }
    }
    return 0;
  }

  /** Follows one stream. A stream that falls silent is given up. */
  async #stream() {
    const { edge, clock } = this.#options;
    const ending = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, ending.signal]);
    let heard = false;
    const watch = async (): Promise<void> => {
      while (!signal.aborted) {
        heard = false;
        await clock.sleep(SILENCE_MS, signal);
        if (!heard && !signal.aborted)
          ending.abort(new Error(`the change stream was silent for ${SILENCE_MS / 1000} s`));
      }
    };
    void watch();
    const onBytes = () => {
      heard = true;
      this.#succeeded();
    };
    const onVersion = (version: number) => {
      this.#announced = Math.max(this.#announced, version);
      if (version > (this.#set?.version ?? 0)) void this.#catchUp(ending);
    };
    try {
      return await edge.follow(this.#set?.version ?? 0, { onBytes, onVersion }, signal);
    } finally {
      ending.abort();
    }
  }

  /** Asks until the announced version is there. If that fails, ends the stream, so that {@link run} tries again. */
  async #catchUp(ending: AbortController): Promise<void> {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    for (let attempt = 0; attempt < CATCH_UP_ATTEMPTS; attempt++) {
      if (!(await this.refresh())) break;
      if (this.#announced <= (this.#set?.version ?? 0)) {
        this.#isCatchingUp = false;
        return;
      }
      await this.#options.clock.sleep(this.#jittered(RETRY.firstMs * 2 ** attempt), this.#closing.signal);
    }
    this.#isCatchingUp = false;
    ending.abort(new Error(`version ${this.#announced} was announced and cannot be read`));
  }

  async #read(): Promise<boolean> {
    const { edge, events } = this.#options;
    const { signal } = this.#closing;
    const base = this.#isFromEdge ? this.#set : undefined;
    try {
      const announced = this.#announced > (base?.version ?? 0) ? this.#announced : undefined;
      const etag = base && this.#etag;
      const received = await edge.definitions({ since: base?.version, etag, announced }, signal);
      if (received !== undefined) {
        const definitions = checkDefinitions(received.body);
        if (definitions.stale && this.#set !== undefined)
          throw new Error("the deployment cannot reach its backends, and responds with its last known flags");
        if (this.#isBehind(definitions.version)) return true;
        const { set, changed } = await withDefinitions(definitions.full ? this.#set : base, definitions, () =>
          this.#pause(),
        );
        if (signal.aborted) return false;
        this.#set = set;
        this.#etag = received.etag;
        this.#isFromEdge = true;
        events.onFlags(changed);
      }
      this.#succeeded();
      return true;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      return false;
    }
  }

  /**
   * Whether a response is of an older version than the flags here: it comes from a place that a change has not reached
   * yet. A deployment that stays behind was restored, and is believed.
   */
  #isBehind(version: number): boolean {
    const now = this.#options.clock.now();
    if (!this.#isFromEdge || version >= (this.#set?.version ?? 0)) {
      this.#behindSince = undefined;
      return false;
    }
    this.#behindSince ??= now;
    return isWithin(this.#behindSince, BEHIND_MS, now);
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#options.events.onFresh();
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#isRefused = error instanceof RefusedError || error instanceof DefinitionsError;
    this.#options.events.onFailure(error instanceof Error ? error : new Error(String(error)));
  }

  #retryMs(): number {
    if (this.#isRefused) return this.#jittered(REFUSED_MS);
    return this.#jittered(Math.min(RETRY.longestMs, RETRY.firstMs * 2 ** Math.min(this.#failures - 1, 10)));
  }

  /** Returns a time from the upper half of `ms`, so that many servers do not ask at once. */
  #jittered(ms: number): number {
    return ms * (0.5 + this.#options.random() / 2);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
}
