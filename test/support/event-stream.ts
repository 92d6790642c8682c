/** One frame of server-sent events, as the client reads it. A frame can consist of a comment alone. */
export interface StreamFrame {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
  comment?: string;
}

/** A client of one change stream. It reads in the background. */
export class EventStreamReader {
  readonly response: Response;
  readonly frames: StreamFrame[] = [];
  isEnded = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Called after each chunk. */
  readonly #onFrame: () => void;

  constructor(response: Response, onFrame: () => void = () => undefined) {
    this.response = response;
    this.#onFrame = onFrame;
    this.#reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    void this.#read();
  }

  /** The versions that the stream has announced so far. */
  get versions(): number[] {
    return this.frames.filter(({ data }) => data !== undefined).map(({ id = "" }) => Number.parseInt(id, 10));
  }

  /** The version in the Last-Event-ID that the client would send. */
  get lastVersion(): number {
    return Number.parseInt(this.lastEventId ?? "", 10);
  }

  /** The Last-Event-ID that the client would send. */
  get lastEventId(): string | undefined {
    return this.frames.findLast(({ id }) => id !== undefined)?.id;
  }

  /** The time that the client would wait before it reconnects (ms). */
  get retryMs(): number {
    return Number(this.frames.findLast(({ retry }) => retry !== undefined)?.retry);
  }

  /** Disconnects the client. */
  async leave(): Promise<void> {
    await this.#reader?.cancel().catch(() => undefined);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = (await this.#reader?.read().catch(() => undefined)) ?? { done: true, value: undefined };
      if (done) break;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.frames.push(parseFrame(block));
      this.#onFrame();
    }
    this.isEnded = true;
    this.#onFrame();
  }
}

function parseFrame(block: string): StreamFrame {
  const frame: Record<string, string> = {};
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
    frame[name === "" ? "comment" : name] = value;
  }
  return frame;
}
