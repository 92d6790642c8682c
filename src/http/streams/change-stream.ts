import type { ChangeSubscription, FeedState } from "../../delivery/watch/change-feed.ts";
import { type Clock, isWithin, remainingMs } from "../../ops/clock.ts";
import { type AnnouncedChange, changeFrame, farewellFrame, helloFrame, KEEP_ALIVE } from "./stream-frames.ts";
import { KEEP_ALIVE_MS, type StreamSlot } from "./stream-slots.ts";

/** Changes within this time are announced as one (ms). */
const EVENT_GAP_MS = 1000;
/** A client reopens a stream that has ended because of its age after this (ms). */
const RESUME_MS = 100;
/** Lifetimes vary by this share, so that streams that were opened together do not end together. */
const LIFETIME_JITTER = 0.1;

const encoder = new TextEncoder();

export interface ChangeStreamOptions {
  subscription: ChangeSubscription;
  slot: StreamSlot;
  opening: Opening;
  /** Returns false if the client's key is revoked. */
  isAllowed(state: FeedState): boolean;
  lifetimeMs: number;
  /** Writes the event of a change. */
  frame?: (change: AnnouncedChange) => string;
  clock: Clock;
  random: () => number;
}

/**
 * The body of one stream. Each pull waits for the next event, so nothing is buffered for a client that does not read,
 * and all changes in between become one event.
 */
export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  /** ms since epoch. */
  readonly #openedAt: number;
  readonly #lifetimeMs: number;
  #announcedVersion: number;
  /** The time up to which schedules and ramps are announced (ms since epoch). */
  #scheduleSeenAt: number;
  /** When the last event was sent (ms since epoch). */
  #announcedAt = 0;
  #isOver = false;
  /** The first frames, until they are sent. */
  #opening: string | undefined;

  constructor(options: ChangeStreamOptions) {
    const { opening, lifetimeMs, clock, random } = options;
    this.#options = options;
    this.#opening = opening.frames;
    this.#announcedVersion = opening.version;
    this.#scheduleSeenAt = opening.at;
    this.#openedAt = clock.now();
    this.#lifetimeMs = lifetimeMs * (1 - LIFETIME_JITTER * random());
  }

  readonly pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const frame = this.#takeOpening() ?? (await this.#next());
      if (this.#isOver) return;
      // A stream that was silent for too long has lost its slot. It ends, and its client comes back for another.
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

  /** The runtime also calls this when the client has gone, which it notices at the next write. */
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

  /** Returns the next frame; `undefined` if the stream has ended. */
  async #next(): Promise<string | undefined> {
    const { subscription, clock, isAllowed, frame = changeFrame } = this.#options;
    const now = clock.now();
    const leftMs = remainingMs(this.#openedAt, this.#lifetimeMs, now);
    await subscription.moved(this.#announcedVersion, now + Math.min(KEEP_ALIVE_MS, leftMs), this.#scheduleSeenAt);
    const waitMs = remainingMs(this.#announcedAt, EVENT_GAP_MS, clock.now());
    if (waitMs > 0) await clock.sleep(waitMs);
    if (this.#isOver || !isWithin(this.#openedAt, this.#lifetimeMs, clock.now())) return undefined;
    const state = await subscription.state();
    if (state === "unavailable") {
      // Nothing is known any more, and no backend responds. The stream lives on until one does, and waits in between.
      this.#announcedAt = clock.now();
      return KEEP_ALIVE;
    }
    if (state === "unknown-environment" || !isAllowed(state)) return undefined;
    const at = clock.now();
    // If the clock was set back, boundaries that have been announced lie ahead again.
    this.#scheduleSeenAt = Math.min(this.#scheduleSeenAt, at);
    const isScheduled = subscription.boundaryAfter(this.#scheduleSeenAt) <= at;
    if (state.version === this.#announcedVersion && !isScheduled) return KEEP_ALIVE;
    this.#announcedVersion = state.version;
    this.#scheduleSeenAt = at;
    this.#announcedAt = at;
    return frame({ ...state, at, isScheduled });
  }
}

/** The first frames of a stream, and the state that they announce. */
export interface Opening {
  version: number;
  /** The time up to which schedules and ramps are announced (ms since epoch). */
  at: number;
  frames: string;
}

/**
 * Returns the first frames of a stream whose client has seen the schedules up to `seenAt` (ms since epoch). With
 * `mustFetch`, the client may hold flags of an older version.
 */
export function openingOf(
  { version, movedAt }: FeedState,
  { mustFetch, isScheduled, seenAt, now }: { mustFetch: boolean; isScheduled: boolean; seenAt: number; now: number },
): Opening {
  if (!mustFetch && !isScheduled) return { version, at: seenAt, frames: helloFrame(version, seenAt) };
  const event = changeFrame({ version, at: now, movedAt, isScheduled });
  return { version, at: now, frames: helloFrame(version, now) + event };
}
