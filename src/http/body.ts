import { HttpError } from "./errors.ts";

/**
 * Reads the request's body as text. `advice` says what to do if it is too large.
 * @throws HttpError 413 if it is longer than `maxBytes`, 400 if the client went away while it was sending
 */
export async function readBody(request: Request, maxBytes: number, advice = ""): Promise<string> {
  const declared = request.headers.get("content-length");
  // A header that is not a number fails this comparison too.
  if (declared !== null && !(Number(declared) <= maxBytes)) throw tooLarge(`${declared} bytes`, maxBytes, advice);
  try {
    return declared === null ? await readChunks(request, maxBytes, advice) : await request.text();
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    // Mobile networks lose connections all day. This is not a fault of the worker, and nobody reads the response.
    throw new HttpError(400, "the body did not arrive in full", { countedAs: CLIENT_CLOSED_REQUEST, cause });
  }
}

/** The status under which the metrics count requests whose client went away. */
const CLIENT_CLOSED_REQUEST = 499;

/** Reads a body without a declared length up to the limit, instead of buffering all of it. */
async function readChunks({ body }: Request, maxBytes: number, advice: string): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw tooLarge("too many bytes", maxBytes, advice);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function tooLarge(size: string, maxBytes: number, advice: string): HttpError {
  const limit = maxBytes >= 1024 ** 2 ? `${maxBytes} (${maxBytes / 1024 ** 2} MiB)` : maxBytes;
  return new HttpError(413, `the body has ${size}; at most ${limit} are accepted${advice === "" ? "" : `; ${advice}`}`);
}

/** Refuses a compressed body, which would otherwise be reported as broken JSON. @throws HttpError 415 */
export function refuseEncodedBody({ headers }: Request): void {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return;
  throw new HttpError(415, "the body must be sent without Content-Encoding; compressed bodies are not accepted", {
    headers: { "accept-encoding": "identity" },
  });
}
