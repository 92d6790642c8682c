import { type Definitions, Flags, type FlagsOptions } from "../../sdk/provider/index.ts";
import type { FlagDocument } from "../../src/flags/document.ts";
import { FakeClock } from "./fake-clock.ts";
import { aFlagDocument } from "./flag-documents.ts";

/** A server key of `production`. */
const KEY = "bgs_production_a_b_c";

/** A deployment's HTTP side, whose responses a test can replace. It has one flag, and streams that say hello. */
export class ScriptedDeployment {
  readonly clock = new FakeClock();
  definitions: Definitions = definitionsWith([aFlagDocument("banner")]);
  /** The requests for definitions and for streams so far, by the time since the start (ms). */
  readonly asked: { path: string; at: number; signal: AbortSignal; redirect: RequestInit["redirect"] }[] = [];
  /** The first frame of each stream. */
  hello: string | undefined = "retry: 3000\nid: 1\n\n";
  /** The open streams. */
  readonly streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** How many streams were opened so far. */
  opened = 0;
  /** Replaces a response. `undefined` leaves it as it is. */
  respond: (path: string, signal: AbortSignal) => Response | Promise<Response> | undefined = () => undefined;
  readonly #startedAt = this.clock.now();

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const path = pathname.slice(pathname.lastIndexOf("/") + 1);
    const signal = init!.signal!;
    this.asked.push({ path, at: this.clock.now() - this.#startedAt, signal, redirect: init?.redirect });
    const replaced = await this.respond(path, signal);
    return replaced ?? (path === "stream" ? this.#stream() : Response.json(this.definitions));
  };

  /** Makes flags of this deployment. */
  open(options: Partial<FlagsOptions> = {}): Flags {
    const { clock, fetch } = this;
    return new Flags({
      url: "http://edge.test",
      key: KEY,
      clock,
      fetch,
      random: () => 0.5,
      usageReportMs: 0,
      ...options,
    });
  }

  /** Saves a flag, and tells the streams. */
  save(document: FlagDocument): void {
    const version = this.definitions.version + 1;
    this.definitions = { ...definitionsWith([document]), version };
    this.send(`data: {"type":"refetchEvaluation","etag":"${version}"}\n\n`);
  }

  send(frames: string): void {
    for (const stream of this.streams) stream.enqueue(new TextEncoder().encode(frames));
  }

  /** Moves the time on in small steps until `isSo` returns true. */
  async passing(isSo: () => boolean, stepMs = 500): Promise<void> {
    while (!isSo()) {
      await this.clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  #stream(): Response {
    const { streams, hello } = this;
    this.opened += 1;
    let stream: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        stream = controller;
        streams.add(controller);
        if (hello !== undefined) controller.enqueue(new TextEncoder().encode(hello));
      },
      cancel: () => void streams.delete(stream),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

/** Returns all definitions of `production` at version 1. */
export function definitionsWith(flags: FlagDocument[]): Definitions {
  return { environment: "production", version: 1, schemaVersion: 1, full: true, stale: false, gone: [], flags };
}
