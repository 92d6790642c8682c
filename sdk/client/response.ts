/** Reads responses. Refuses those that are not from Burgee: a sign-in page, a proxy's error, another service. */
import { type Operations, PROBLEM, type Problem, RESPONSES } from "./contract.ts";
import { ApiError, UnreachableError } from "./errors.ts";
import { misfit } from "./shape.ts";

/** A call whose response is read. */
export interface Sent {
  id: keyof Operations;
  /** The origin of the deployment, for messages. */
  origin: string;
  /** Whether the call changes something unless it is refused. */
  isWrite: boolean;
  /** Whether the call asks only for a check of the change. */
  isDryRun: boolean;
}

/** Returns the body of a successful response. @throws ApiError, UnreachableError */
export async function bodyOf(response: Response, sent: Sent): Promise<unknown> {
  refuseRedirect(response, sent);
  const { status } = response;
  const text = await response.text();
  if ((status === 204 && sent.isDryRun) || status === 304) return undefined;
  const shape = RESPONSES[sent.id];
  if (response.ok && shape === undefined) return isJson(response) ? parse(text) : text;
  const body = isJson(response) ? parse(text) : undefined;
  if (!response.ok) throw refusal(response, body, sent);
  const place = body === undefined || shape === undefined ? "" : misfit(body, shape);
  if (place === undefined) return body;
  throw notBurgee(
    response,
    sent,
    body === undefined || place === "" ? "" : ` (${place}); does the deployment run another version?`,
  );
}

function refuseRedirect({ status, type, headers }: Response, { origin }: Sent): void {
  // A browser hides the status and the target of a redirect that it does not follow.
  if (type !== "opaqueredirect" && (status < 300 || status > 399 || status === 304)) return;
  const location = headers.get("location") ?? "";
  const target = URL.canParse(location, origin) ? new URL(location, origin) : undefined;
  // Queries of sign-in pages contain secrets.
  const place = target === undefined ? "another address" : target.origin + target.pathname;
  throw new UnreachableError(
    `${origin} redirects to ${place}${status === 0 ? "" : ` (status ${status}${contentTypeText(headers)})`}, and redirects are not followed, because the token is only for ${origin}; check the URL, or sign in to the proxy in front of it`,
  );
}

function refusal(response: Response, given: unknown, sent: Sent): Error {
  const { status, headers } = response;
  const body = fromManifestError(given, headers);
  if (!isProblem(body, status)) return notBurgee(response, sent);
  const mayHaveHappened = sent.isWrite && (body.mayHaveHappened === true || (status >= 500 && status !== 503));
  const problem = "errorDetails" in body ? { ...body, detail: String(body.errorDetails) } : body;
  return new ApiError(status, problem, { retryAfterSeconds: retryAfter(headers), mayHaveHappened });
}

/** Returns an error of OpenFeature's sync API as the others of the management API. */
function fromManifestError(body: unknown, headers: Headers): unknown {
  const { error } = (body ?? {}) as { error?: { message?: unknown; status?: unknown } };
  const requestId = headers.get("x-request-id");
  if (typeof error?.message !== "string" || requestId === null) return body;
  return { type: "about:blank", title: "", status: error.status, detail: error.message, requestId };
}

/** Whether a body is an error of the management API or of OFREP. A proxy's problem+json has no request id. */
function isProblem(body: unknown, status: number): body is Partial<Problem> & { mayHaveHappened?: boolean } {
  if (typeof body !== "object" || body === null) return false;
  if ("errorCode" in body) return typeof body.errorCode === "string" && "errorDetails" in body;
  return misfit(body, PROBLEM) === undefined && "status" in body && body.status === status;
}

function notBurgee({ status, headers }: Response, { origin, isWrite }: Sent, detail = ""): UnreachableError {
  return new UnreachableError(
    `${origin} returned status ${status}${contentTypeText(headers)} with a body that is not from Burgee${detail || "; check the URL, and whether a sign-in page or a proxy is in front of it"}`,
    // A proxy refuses with 4xx before Burgee sees the request. Any other status may hide a change that was made.
    { mayHaveHappened: isWrite && (status < 400 || status > 499) },
  );
}

function contentTypeText(headers: Headers): string {
  const type = headers.get("content-type");
  return type === null ? ", no content type," : `, ${type.slice(0, 100)},`;
}

function isJson({ headers }: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "");
}

/** Returns `undefined` for a text that is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
