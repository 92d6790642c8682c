/** A controller that also aborts with another signal, until it is released. */
export interface Linked {
  controller: AbortController;
  /** Aborts the remaining work, and removes the listener from the other signal. */
  release(): void;
}

/** Links a new controller to a signal that lives longer. Without a release, it would gain a listener per request. */
export function linkedTo(signal: AbortSignal): Linked {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return {
    controller,
    release: () => {
      signal.removeEventListener("abort", abort);
      controller.abort();
    },
  };
}

/** Settles as the work does, or rejects once the signal aborts, because the work may ignore its signal. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
