import { Flags, type FlagsOptions } from "../../sdk/provider/index.ts";
import type { Isolate } from "./app.ts";
import type { FakeClock } from "./fake-clock.ts";

/** The connection from a process to an isolate. A test can cut it, and count its requests. */
export class Line {
  isolate: Isolate;
  isCut = false;
  /** The paths asked for so far. */
  readonly asked: string[] = [];
  #underWay = 0;

  constructor(isolate: Isolate) {
    this.isolate = isolate;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname, search } = urlOf(input);
    this.asked.push(pathname + search);
    if (this.isCut) throw new TypeError("the line is cut");
    init?.signal?.throwIfAborted();
    this.#underWay += 1;
    const response = await this.isolate.fetch(pathname + search, init).finally(() => (this.#underWay -= 1));
    if (response.body === null) return response;
    return new Response(abortable(response.body, init?.signal ?? undefined), response);
  };

  /**
   * Moves the time on in small steps until `isSo` returns true. The time stands still while the isolate waits for its
   * backends, because real ones take real time, and would seem to hang.
   */
  async passing(clock: FakeClock, isSo: () => boolean, stepMs = 500): Promise<void> {
    while (!isSo()) {
      await until(() => this.#underWay === 0);
      await this.isolate.settled();
      await clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** Returns the path of a request. */
export function pathOf(input: Parameters<typeof fetch>[0]): string {
  return urlOf(input).pathname;
}

function urlOf(input: Parameters<typeof fetch>[0]): URL {
  return new URL(input instanceof Request ? input.url : input);
}

/** Returns a body that fails when the signal aborts, as one from the network does. */
function abortable(body: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void body.pipeTo(writable, { ...(signal !== undefined && { signal }) }).catch(() => undefined);
  return readable;
}

/** A test moves the time on while a request is on its way, which must not make the request late (ms). */
const REQUEST_TIMEOUT_MS = 86_400_000;

/** Makes flags that reach an isolate over a line, with the isolate's clock. */
export function flagsOver(line: Line, clock: FakeClock, key: string, options: Partial<FlagsOptions> = {}): Flags {
  return new Flags({
    url: "http://edge.test",
    key,
    fetch: line.fetch,
    clock,
    random: () => 0.5,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    // A report would be a request of its own.
    usageReportMs: 0,
    ...options,
  });
}

/** Resolves once `isSo` returns true, after the pending work has run. It does not wait for time to pass. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
