import type { ChangeSubscription, FeedState } from "../../delivery/watch/change-feed.ts";
import type { Clock } from "../../ops/clock.ts";
import { changeFrame, farewellFrame, helloFrame, KEEP_ALIVE } from "./stream-frames.ts";
import type { StreamSlot } from "./stream-slots.ts";

/** Proxies end connections that are silent for 30 s and more (ms). */
export const KEEP_ALIVE_MS = 20_000;
/** Changes that follow one another more closely are told as one (ms). */
const EVENT_GAP_MS = 1000;
/** A stream that ends because of its age is opened again at once (ms). */
const RESUME_MS = 100;
/** Lifetimes are spread by this share, so that streams that were opened together do not end together. */
const LIFETIME_JITTER = 0.1;

const encoder = new TextEncoder();

export interface ChangeStreamOptions {
  subscription: ChangeSubscription;
  slot: StreamSlot;
  /** What the client is told first. */
  opening: { version: number; frames: string };
  /** False: the client's key is revoked. */
  mayGoOn(state: FeedState): boolean;
  lifetimeMs: number;
  clock: Clock;
  random: () => number;
}

/**
 * The body of one stream. It is pulled: each pull waits for the next thing to say, so nothing is buffered for a client
 * that does not read, and what happened in between is one event.
 */
export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  /** ms since epoch. */
  readonly #endsAt: number;
  #seen: number;
  /** ms since epoch. */
  #toldAt = 0;
  #isOver = false;
  /** What is left of the opening. */
  #opening: string | undefined;

  constructor(options: ChangeStreamOptions) {
    const { opening, lifetimeMs, clock, random } = options;
    this.#options = options;
    this.#opening = opening.frames;
    this.#seen = opening.version;
    this.#endsAt = clock.now() + lifetimeMs * (1 - LIFETIME_JITTER * random());
  }

  readonly pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const frame = this.#takeOpening() ?? (await this.#next());
      if (this.#isOver) return;
      // Who was silent for so long that its place was given away is told nothing any more: it comes back for another.
      const isHeld = this.#options.slot.renew();
      if (frame !== undefined && isHeld) return controller.enqueue(encoder.encode(frame));
      controller.enqueue(encoder.encode(farewellFrame(RESUME_MS)));
      controller.close();
      this.cancel();
    } catch (error) {
      this.cancel();
      throw error;
    }
  };

  /** Also called when the client has gone, which the runtime notices at the next write. */
  readonly cancel = (): void => {
    this.#isOver = true;
    this.#options.slot.free();
    this.#options.subscription.close();
  };

  #takeOpening(): string | undefined {
    const frames = this.#opening;
    this.#opening = undefined;
    return frames;
  }

  /** Undefined: the stream has ended. */
  async #next(): Promise<string | undefined> {
    const { subscription, clock, mayGoOn } = this.#options;
    const keepAliveAt = clock.now() + KEEP_ALIVE_MS;
    await subscription.moved(this.#seen, Math.min(keepAliveAt, this.#endsAt));
    const waitMs = this.#toldAt + EVENT_GAP_MS - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs);
    if (this.#isOver || clock.now() >= this.#endsAt) return undefined;
    const state = await subscription.state();
    if (state === "unavailable") {
      // Nothing is known any more, and nobody can be asked: the stream lives on until somebody can, and waits in between.
      this.#toldAt = clock.now();
      return KEEP_ALIVE;
    }
    if (state === "unknown-environment" || !mayGoOn(state)) return undefined;
    if (state.version === this.#seen) return KEEP_ALIVE;
    this.#seen = state.version;
    this.#toldAt = clock.now();
    return changeFrame(state.version, state.movedAt);
  }
}

/** `mustFetch`: the client may hold the answer of an older version. */
export function openingFrames({ version, movedAt }: FeedState, mustFetch: boolean): string {
  return helloFrame(version) + (mustFetch ? changeFrame(version, movedAt) : "");
}
