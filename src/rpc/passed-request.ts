import { HttpError } from "../http/errors.ts";
import type { RequestFacts } from "../ops/runtime.ts";

/**
 * Returns the parts that flags can depend on of the request that a caller passed. Its own code may have made it, so
 * nothing about it is certain; a function in it would be called in the calling Worker.
 * @throws HttpError 400 it is not a request
 */
export function factsOf(passed: unknown): RequestFacts | undefined {
  if (passed === undefined || passed === null) return undefined;
  if (!isRecord(passed)) throw notARequest("");
  const { url, headers, cf } = passed;
  if (url !== undefined && (typeof url !== "string" || !URL.canParse(url))) throw notARequest(".url");
  if (!isRecord(headers)) throw notARequest(".headers");
  return { url: url ?? "", headers: headersOf(headers), cf: isRecord(cf) ? cf : {} };
}

function headersOf(given: object): Headers {
  if (given instanceof Headers) return given;
  try {
    return new Headers(given as Record<string, string>);
  } catch {
    throw notARequest(".headers");
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function notARequest(place: string): HttpError {
  return new HttpError(400, `options.request${place} must be that of a Request, or of { headers, cf, url }`);
}
