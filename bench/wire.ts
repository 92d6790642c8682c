import net from "node:net";

/** A response, with the bytes of the request and the response as HTTP/1.1 text before TLS. */
export interface Exchange {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: Buffer;
  bytesUp: number;
  bytesDown: number;
}

/** A keep-alive connection that counts every byte. It allows one request at a time. */
export class Wire {
  readonly #socket: net.Socket;
  #pending = Buffer.alloc(0);
  #received = 0;
  #isClosed = false;
  #onData: () => void = () => undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.length;
      this.#pending = Buffer.concat([this.#pending, chunk]);
      this.#onData();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#onData();
    });
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(new Wire(socket)));
      socket.on("error", reject);
    });
  }

  /** The number of bytes received so far. */
  get received(): number {
    return this.#received;
  }

  async request(method: string, path: string, headers: Record<string, string>, body = ""): Promise<Exchange> {
    const before = this.#received;
    const bytesUp = this.send(method, path, headers, body);
    await this.until((text) => text.includes("\r\n\r\n"));
    const end = this.#pending.indexOf("\r\n\r\n") + 4;
    const head = parseHead(this.#pending.toString("latin1", 0, end));
    const length = Number(head.headers.get("content-length") ?? 0);
    if (head.headers.has("transfer-encoding")) await this.until((text) => text.endsWith("0\r\n\r\n"));
    else await this.until((text) => text.length >= end + length);
    const rest = this.#pending.subarray(end);
    this.#pending = Buffer.alloc(0);
    const isChunked = head.headers.has("transfer-encoding");
    return { ...head, body: isChunked ? unchunk(rest) : rest, bytesUp, bytesDown: this.#received - before };
  }

  /** Sends a request and returns its size in bytes. */
  send(method: string, path: string, headers: Record<string, string>, body = ""): number {
    const all = { host: "flags.example.com", ...headers, ...(body && { "content-length": String(body.length) }) };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
    this.#socket.write(request);
    return request.length;
  }

  /** Waits until `isComplete` accepts the text received since the last whole response. */
  async until(isComplete: (text: string) => boolean): Promise<void> {
    while (!isComplete(this.#pending.toString("latin1"))) {
      if (this.#isClosed) throw new Error("the connection was closed");
      await new Promise<void>((resolve) => {
        this.#onData = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

function parseHead(head: string): { status: number; headers: ReadonlyMap<string, string> } {
  const [first = "", ...lines] = head.trimEnd().split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(" ")[1]), headers: new Map(headers) };
}

function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
