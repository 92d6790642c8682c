/** One event. Without `run` it was cancelled. */
export interface Event {
  /** Virtual ms. */
  at: number;
  /** The order among events of the same time. */
  order: number;
  run: (() => unknown) | undefined;
}

/** Events in the order of their time, and those of the same time in the order in which they were added. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, run: () => unknown): Event {
    const event: Event = { at, order: this.#added++, run };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  peek(): Event | undefined {
    return this.#heap[0];
  }

  /** Removes and returns the next event. */
  take(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    heap[0] = last;
    this.#sink();
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const event = heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #sink(): void {
    const heap = this.#heap;
    const event = heap[0]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
