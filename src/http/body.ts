import { HttpError } from "./errors.ts";

/** Reads the request's body as text. @throws HttpError 413 if it is longer than `maxBytes` */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new HttpError(413, `the body is larger than ${maxBytes} bytes`);
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    // A header that is not a number fails this comparison too.
    if (!(Number(declared) <= maxBytes)) throw tooLarge();
    return request.text();
  }
  // A chunked body has no declared length: read up to the limit instead of buffering all of it.
  if (request.body === null) return "";
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Refuses a compressed body, which would otherwise be reported as broken JSON. @throws HttpError 415 */
export function refuseEncodedBody({ headers }: Request): void {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return;
  throw new HttpError(415, "the body must be sent without Content-Encoding; compressed bodies are not accepted", {
    headers: { "accept-encoding": "identity" },
  });
}
