import net from "node:net";

export interface LoadResult {
  requests: number;
  seconds: number;
  perSecond: number;
  statuses: Record<string, number>;
  /** Size of the last body, to check that compared workers return equally much. */
  bodyBytes: number;
}

/**
 * Sends one fixed request again and again over keep-alive connections to 127.0.0.1, for a limited time. It uses raw
 * sockets, because an HTTP client would cost more than the worker under test and hide differences between workers.
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

/** Uses one connection: sends the next request when the whole response to the last one has arrived. */
function exchange(
  port: number,
  request: Buffer,
  stopAt: number,
  onResponse: (status: string, bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Buffer = Buffer.alloc(0);
    const socket = net.connect(port, "127.0.0.1", () => socket.write(request));
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("close", () => {
      if (performance.now() >= stopAt) resolve();
      else reject(new Error(`the server on port ${port} closed a connection`));
    });
    socket.on("data", (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = pending.toString("latin1", 0, end);
      const length = /content-length: (\d+)/i.exec(head);
      const bytes = length ? Number(length[1]) : chunkedLength(pending, end + 4);
      if (bytes === undefined || pending.length < end + 4 + bytes) return;
      pending = Buffer.alloc(0);
      onResponse(head.slice(9, 12), bytes);
      if (performance.now() >= stopAt) socket.end();
      else socket.write(request);
    });
  });
}

/** Returns the size of a chunked body with its framing, or `undefined` before the last chunk. */
function chunkedLength(buffer: Buffer, from: number): number | undefined {
  const end = buffer.indexOf("0\r\n\r\n", from);
  return end < 0 ? undefined : end + 5 - from;
}

/** Returns a request as bytes: a POST if it has a body, and else a GET. */
export function httpRequest(path: string, headers: Record<string, string>, body?: string): Buffer {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host: "127.0.0.1", ...headers, ...length }).map(([k, v]) => `${k}: ${v}\r\n`);
  const method = body === undefined ? "GET" : "POST";
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`);
}
