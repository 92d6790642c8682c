import { type Clock, isWithin } from "../../src/ops/clock.ts";
import {
  checkDefinitions,
  checkWholeDefinitions,
  type Definitions,
  type DefinitionSet,
  DefinitionsError,
  withDefinitions,
} from "./definition-set.ts";
import { type Edge, SILENCE_MS, type StreamEnd } from "./edge.ts";
import { linkedTo } from "./linked-signal.ts";
import { BusyError, RefusedError } from "./response.ts";

/** The first pause after a failure, and the longest one (ms). Each is drawn from its upper half. */
const RETRY = { firstMs: 500, longestMs: 30_000 };
/** A refused key is tried again after this, because a deployment whose secret was restored accepts it again (ms). */
const REFUSED_MS = 60_000;
/** The pause between two streams if the deployment asks for none, and the bounds of the one it asks for (ms). */
const RECONNECT = { usualMs: 1000, shortestMs: 500, longestMs: 60_000 };
/** A deployment that stays behind the version known here for this long was restored from a copy (ms). */
const BEHIND_MS = 60_000;

const STALE = "the deployment cannot reach its backends, and responds with its last known flags";

/** How often a version that a stream announced is asked for before the stream is given up. */
const CATCH_UP_ATTEMPTS = 5;

/** The news of a follower. */
export interface FollowerEvents {
  /** Flags were replaced. `changed` are the keys of those that differ. */
  onFlags(changed: string[]): void;
  /** The deployment responds. */
  onFresh(): void;
  /** The deployment does not respond, refuses the key, or sends unusable definitions. The last known flags stay. */
  onFailure(error: Error): void;
}

export interface FollowerOptions {
  edge: Edge;
  environment: string;
  /** The pause between two requests where there are no streams (ms). */
  pollMs: number;
  clock: Clock;
  random: () => number;
  /** Ends the following once it aborts. */
  closing: AbortSignal;
  events: FollowerEvents;
}

/** Keeps an environment's flags up to date until it is closed: by a stream, or by polling where there is none. */
export class Follower {
  readonly #options: FollowerOptions;
  #set: DefinitionSet | undefined;
  #etag: string | undefined;
  #isFromEdge = false;
  /** When the deployment was first seen behind the version known here (ms since epoch). */
  #behindSince: number | undefined;
  #failures = 0;
  /** Whether another attempt is unlikely to succeed, as after a refused key. */
  #isRefused = false;
  /** The pause that the last response asked for (ms). */
  #retryAfterMs = 0;
  #isCatchingUp = false;
  #isAskingWhileBehind = false;
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
  async begin(definitions: Definitions): Promise<void> {
    const { set } = await withDefinitions(undefined, definitions, () => this.#pause());
    if (this.#isFromEdge || this.#options.closing.aborted) return;
    this.#set = set;
    this.#options.events.onFlags([]);
  }

  /** Asks the deployment once. Returns whether it responded with flags that can be used. */
  refresh(): Promise<boolean> {
    // Two at once could store their results in the wrong order.
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Follows the deployment until it is closed. Never throws. */
  async run(): Promise<void> {
    const { clock, closing: signal } = this.#options;
    while (!signal.aborted) {
      const pauseMs = (await this.refresh()) ? await this.#follow() : this.#retryMs();
      await clock.sleep(pauseMs, signal);
    }
  }

  /** Follows streams, one after the other, for as long as they work. Returns the pause before the next attempt (ms). */
  async #follow(): Promise<number> {
    const { clock, closing: signal, pollMs } = this.#options;
    while (!signal.aborted) {
      try {
        const { hasStreams, retryMs } = await this.#stream();
        if (!hasStreams) return this.#jittered(pollMs);
        // An event whose request failed: ask again before another stream.
        if (this.isFailing) return this.#retryMs();
        await clock.sleep(this.#reconnectMs(retryMs), signal);
      } catch (error) {
        if (signal.aborted) return 0;
        // If an event's request failed, its error says more than the end of the stream.
        if (!this.isFailing) this.#failed(error);
        return this.#retryMs();
      }
    }
    return 0;
  }

  /** Follows one stream. A stream that falls silent is given up. */
  async #stream(): Promise<StreamEnd> {
    const { edge, clock, closing } = this.#options;
    const { controller: ending, release } = linkedTo(closing);
    const { signal } = ending;
    const silence = new Error(`the change stream was silent for ${SILENCE_MS / 1000} s`);
    let isOpen = false;
    let isHeard = false;
    const watch = async (): Promise<void> => {
      while (!signal.aborted) {
        isHeard = false;
        await clock.sleep(SILENCE_MS, signal);
        if (!isHeard) ending.abort(silence);
      }
    };
    void watch();
    const onBytes = () => {
      isOpen = isHeard = true;
      this.#succeeded();
    };
    const onVersion = (version: number) => {
      this.#announced = Math.max(this.#announced, version);
      const known = this.#set?.version ?? 0;
      if (version > known) void this.#catchUp(ending);
      else if (version < known) void this.#askWhileBehind(ending);
    };
    try {
      return await edge.follow(this.#set?.version ?? 0, { onBytes, onVersion }, signal);
    } catch (error) {
      // Every stream begins with a frame, so a proxy holds this one back: polling works without it.
      if (error === silence && !isOpen) return { hasStreams: false, retryMs: undefined };
      throw error;
    } finally {
      release();
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
      await this.#options.clock.sleep(this.#jittered(RETRY.firstMs * 2 ** attempt), this.#options.closing);
    }
    this.#isCatchingUp = false;
    ending.abort(new Error(`version ${this.#announced} was announced and cannot be read`));
  }

  /**
   * Asks a deployment that announces an older version until it is no longer behind, or is believed. No later event may
   * come, so without this a restored deployment would be believed only when its versions pass those that were lost.
   */
  async #askWhileBehind(ending: AbortController): Promise<void> {
    if (this.#isAskingWhileBehind) return;
    this.#isAskingWhileBehind = true;
    while (!ending.signal.aborted) {
      if (!(await this.refresh())) ending.abort(new Error("the deployment announced an older version"));
      else if (this.#behindSince === undefined) break;
      else await this.#options.clock.sleep(BEHIND_MS, ending.signal);
    }
    this.#isAskingWhileBehind = false;
  }

  async #read(): Promise<boolean> {
    const { edge, environment, events, closing: signal } = this.#options;
    const base = this.#isFromEdge ? this.#set : undefined;
    try {
      const announced = this.#announced > (base?.version ?? 0) ? this.#announced : undefined;
      const etag = base && this.#etag;
      const received = await edge.definitions({ since: base?.version, etag, announced }, signal);
      if (received !== undefined) {
        const definitions = (base ? checkDefinitions : checkWholeDefinitions)(received.body, environment);
        if (definitions.stale && this.#set !== undefined) throw new Error(STALE);
        if (this.#isBehind(definitions.version)) return true;
        // Versions of a restored deployment begin again below those that its streams have announced.
        if (this.#isFromEdge && definitions.version < (this.#set?.version ?? 0)) this.#announced = definitions.version;
        const { set, changed } = await withDefinitions(definitions.full ? this.#set : base, definitions, () =>
          this.#pause(),
        );
        if (signal.aborted) return false;
        this.#set = set;
        this.#etag = received.etag;
        this.#isFromEdge = true;
        events.onFlags(changed);
        if (definitions.stale) throw new Error(STALE);
      } else this.#behindSince = undefined;
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
    if (isWithin(this.#behindSince, BEHIND_MS, now)) return true;
    this.#behindSince = undefined;
    return false;
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#options.events.onFresh();
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#isRefused = error instanceof RefusedError || error instanceof DefinitionsError;
    this.#retryAfterMs = error instanceof BusyError ? error.retryAfterMs : 0;
    this.#options.events.onFailure(error instanceof Error ? error : new Error(String(error)));
  }

  #retryMs(): number {
    if (this.#isRefused) return this.#jittered(REFUSED_MS);
    const backoffMs = Math.min(RETRY.longestMs, RETRY.firstMs * 2 ** Math.min(this.#failures - 1, 10));
    return this.#retryAfterMs + this.#jittered(backoffMs);
  }

  #reconnectMs(askedMs = RECONNECT.usualMs): number {
    const { shortestMs, longestMs } = RECONNECT;
    const ms = Math.min(Math.max(askedMs, shortestMs), longestMs);
    return ms * (1 + this.#options.random() / 2);
  }

  /** Returns a time from the upper half of `ms`, so that many servers do not ask at once. */
  #jittered(ms: number): number {
    return ms * (0.5 + this.#options.random() / 2);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
}
