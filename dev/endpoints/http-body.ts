import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

export interface EndpointRequest {
  method: string;
  /** The path and query as the client sent them. */
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface EndpointResponse {
  status: number;
  /** Sent unchanged if it is a string, otherwise as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`request body is over ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @param truncate sends half of the body and closes the connection */
export function send(
  response: ServerResponse,
  { status, body, headers }: EndpointResponse,
  { truncate = false } = {},
): void {
  if (response.destroyed) return;
  const isText = typeof body === "string";
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json",
    "content-length": bytes.length,
    ...headers,
  });
  if (truncate) response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  else response.end(bytes);
}
