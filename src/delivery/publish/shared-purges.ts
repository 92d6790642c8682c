import { type Clock, remainingMs } from "../../ops/clock.ts";
import { within } from "../../resilience/deadline.ts";

/** Purges within this time after a call share the next call (ms). */
const SHARED_FOR_MS = 200;
/** A call that another request has begun and that takes longer than this may have died with that request (ms). */
const LATE_MS = 10_000;
/** A data centre can miss a single purge, so each is repeated at these times (ms after the first). */
const REPEAT_AFTER_MS = [2000, 8000];

/** The tags that share a call. */
interface Batch {
  tags: Set<string>;
  /** The tags to repeat: those that are not repeats themselves. */
  first: Set<string>;
  /** Tags that cover all of them; `undefined` if one of the purges has named none. */
  wider: Set<string> | undefined;
  /** The call, once one of the requests has begun it. */
  call: Promise<void> | undefined;
  /** The number of repeats that have begun. */
  repeats: number;
}

/**
 * Lets purges share calls, because the API limits the calls of a zone: Cloudflare accepts between five a minute and 50
 * a second, depending on the plan. A purge after a pause is sent at once, so that a single change does not wait.
 *
 * On workerd, timers and calls belong to one request and can die with it. Every request of a batch therefore has timers
 * of its own, and the first one that wakes makes the call for all of them.
 */
export class SharedPurges {
  readonly #clock: Clock;
  readonly #send: (tags: readonly string[]) => Promise<void>;
  readonly #maxTags: number;
  #sentAt = -Infinity;
  /** The batch that waits for its call. */
  #open: Batch | undefined;

  /** A call takes at most `maxTags`; `send` makes several calls for more. */
  constructor(clock: Clock, maxTags: number, send: (tags: readonly string[]) => Promise<void>) {
    this.#clock = clock;
    this.#maxTags = maxTags;
    this.#send = send;
  }

  /**
   * Purges together with others, or at once and alone if the caller `isAlone`. If the tags of all of them need more
   * than one call, the `wider` tags take their place. `accepted` resolves once the API has accepted the call, and
   * `repeated` after the repeats, whether or not the API has accepted those. Both reject if the first call failed.
   */
  purge(
    tags: readonly string[],
    { isAlone, wider }: { isAlone: boolean; wider?: readonly string[] | undefined },
  ): { accepted: Promise<void>; repeated: Promise<void> } {
    const batch = isAlone ? aBatch() : (this.#open ??= aBatch());
    add(batch, tags, wider);
    for (const tag of tags) batch.first.add(tag);
    const accepted = isAlone ? this.#begin(batch) : this.#call(batch, tags);
    return { accepted, repeated: accepted.then(() => this.#repeat(batch)) };
  }

  async #call(batch: Batch, tags: readonly string[]): Promise<void> {
    const waitMs = remainingMs(this.#sentAt, SHARED_FOR_MS, this.#clock.now());
    if (waitMs > 0) await this.#clock.sleep(waitMs);
    if (batch.call === undefined) return this.#begin(batch);
    const isInTime = await within(
      batch.call.then(() => true),
      LATE_MS,
      this.#clock,
    );
    if (isInTime !== true) await this.#send(tags);
  }

  #begin(batch: Batch): Promise<void> {
    if (this.#open === batch) {
      this.#open = undefined;
      this.#sentAt = this.#clock.now();
    }
    const { tags, wider } = batch;
    batch.call = this.#send([...(wider !== undefined && tags.size > this.#maxTags ? wider : tags)]);
    return batch.call;
  }

  /**
   * Repeats the tags that the batch purged first, together with other purges, unless another of its requests has begun
   * that already. A repeat that fails or takes long must not cancel or delay the next one.
   */
  async #repeat(batch: Batch): Promise<void> {
    const calls: Promise<void>[] = [];
    let waited = 0;
    for (const [i, at] of REPEAT_AFTER_MS.entries()) {
      await this.#clock.sleep(at - waited);
      waited = at;
      if (batch.repeats > i) continue;
      batch.repeats = i + 1;
      const tags = [...batch.first];
      const shared = (this.#open ??= aBatch());
      add(shared, tags, batch.wider);
      calls.push(this.#call(shared, tags).catch(() => undefined));
    }
    await Promise.all(calls);
  }
}

function aBatch(): Batch {
  return { tags: new Set(), first: new Set(), wider: new Set(), call: undefined, repeats: 0 };
}

function add(batch: Batch, tags: readonly string[], wider: Iterable<string> | undefined): void {
  for (const tag of tags) batch.tags.add(tag);
  if (wider === undefined) batch.wider = undefined;
  else for (const tag of wider) batch.wider?.add(tag);
}
