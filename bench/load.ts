import net from "node:net";

export interface LoadResult {
  requests: number;
  seconds: number;
  perSecond: number;
  statuses: Record<string, number>;
  /** Bytes of the last body, to compare workers that answer as much. */
  bodyBytes: number;
}

/**
 * Loads 127.0.0.1 with one fixed request over keep-alive connections, for a bounded time. Works on raw sockets, because
 * an HTTP client in this process would cost more than the worker under test and hide the difference between two.
 */
export async function load(
  port: number,
  request: Buffer,
  options: { connections: number; seconds: number },
): Promise<LoadResult> {
  const statuses: Record<string, number> = {};
  let requests = 0;
  let bodyBytes = 0;
  const startedAt = performance.now();
  const stopAt = startedAt + options.seconds * 1000;
  await Promise.all(
    Array.from({ length: options.connections }, () =>
      exchange(port, request, stopAt, (status, bytes) => {
        requests++;
        statuses[status] = (statuses[status] ?? 0) + 1;
        bodyBytes = bytes;
      }),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return { requests, seconds, perSecond: requests / seconds, statuses, bodyBytes };
}

/** One connection: the next request goes out when the whole answer to the last one is in. */
function exchange(
  port: number,
  request: Buffer,
  stopAt: number,
  onAnswer: (status: string, bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Buffer = Buffer.alloc(0);
    const socket = net.connect(port, "127.0.0.1", () => socket.write(request));
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = pending.toString("latin1", 0, end);
      const length = /content-length: (\d+)/i.exec(head);
      const bytes = length ? Number(length[1]) : chunkedLength(pending, end + 4);
      if (bytes === undefined || pending.length < end + 4 + bytes) return;
      pending = Buffer.alloc(0);
      onAnswer(head.slice(9, 12), bytes);
      if (performance.now() >= stopAt) socket.end();
      else socket.write(request);
    });
  });
}

/** Bytes of a chunked body with its framing, once the last chunk is in. */
function chunkedLength(buffer: Buffer, from: number): number | undefined {
  const end = buffer.indexOf("0\r\n\r\n", from);
  return end < 0 ? undefined : end + 5 - from;
}

/** A request as bytes. */
export function httpRequest(path: string, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(Buffer.byteLength(body)) });
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join("")}\r\n${body}`);
}
