import type { EvaluationContext, RequestAttributes } from "../../evaluation/types.ts";
import type { JsonValue } from "../../flags/document.ts";
import { cfOf } from "../../ops/runtime.ts";
import { HttpError } from "../errors.ts";

/** What one evaluation request may hold; docs/api.md names each. */
export const MAX_BODY_BYTES = 64 * 1024;
export const MAX_ATTRIBUTES = 500;
export const MAX_CONTEXT_DEPTH = 8;

/** A key of these names could reach an object's prototype in some client's code; none is a useful attribute. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** The evaluation context of an OFREP body. Empty body and missing context are an empty context, as real clients send. */
export function parseEvaluationBody(text: string): EvaluationContext {
  if (text.length === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body is not JSON", { code: "PARSE_ERROR" });
  }
  if (!isRecord(body))
    throw new HttpError(400, 'the body must be an object like {"context": {…}}', { code: "PARSE_ERROR" });
  return parseContext(body["context"]);
}

/** A context as a caller may send it. @throws HttpError 400 naming the attribute */
export function parseContext(context: unknown): EvaluationContext {
  if (context === undefined || context === null) return {};
  if (!isRecord(context)) throw invalid("context must be an object");
  const count = checkShape(context, "context", 1);
  if (count > MAX_ATTRIBUTES) throw invalid(`context holds ${count} values, at most ${MAX_ATTRIBUTES} are accepted`);
  const targetingKey = context["targetingKey"];
  if (targetingKey === null) delete context["targetingKey"];
  else if (targetingKey !== undefined && typeof targetingKey !== "string")
    throw invalid("context.targetingKey must be a string");
  return context as EvaluationContext;
}

/** Depth and reserved names; answers how many values there are. Flat contexts cost one pass over their keys. */
function checkShape(value: object, path: string, depth: number): number {
  if (depth > MAX_CONTEXT_DEPTH) throw invalid(`${path} is nested deeper than ${MAX_CONTEXT_DEPTH} levels`);
  let count = 0;
  for (const name of Object.keys(value)) {
    count++;
    if (RESERVED.has(name)) throw invalid(`${path}: the name "${name}" is not accepted`);
    const child = (value as Record<string, unknown>)[name];
    if (typeof child === "object" && child !== null) count += checkShape(child, path, depth + 1);
  }
  return count;
}

/** A context given as query parameters: strings, `user_id` for `targetingKey`; other types through `context` as JSON. */
export function contextFromQuery(query: URLSearchParams): EvaluationContext {
  const base = query.get("context");
  let context: Record<string, unknown> = {};
  if (base !== null) {
    try {
      context = parseEvaluationBody(`{"context":${base}}`);
    } catch (error) {
      if (error instanceof HttpError && error.code === "PARSE_ERROR")
        throw invalid("the query parameter context is not a JSON object");
      throw error;
    }
  }
  for (const [name, value] of query) {
    if (name === "context") continue;
    if (RESERVED.has(name)) throw invalid(`the name "${name}" is not accepted`);
    context[name === "user_id" ? "targetingKey" : name] = value;
  }
  return parseContext(context);
}

/** Attributes that only the worker can set, read from the request as Cloudflare describes it. */
export function requestAttributes(request: Request): RequestAttributes {
  const cf = cfOf(request);
  const headers = request.headers;
  const attributes: Record<string, JsonValue> = {};
  for (const name of ["country", "region", "city", "continent", "timezone", "colo", "asn"]) {
    const value = cf[name];
    if (typeof value === "string" || typeof value === "number") attributes[name] = value;
  }
  const ip = headers.get("cf-connecting-ip");
  if (ip !== null) attributes["ip"] = ip;
  const language = headers.get("accept-language")?.split(/[,;]/, 1)[0]?.trim();
  if (language) attributes["language"] = language;
  const family = userAgentFamily(headers.get("user-agent"));
  if (family !== undefined) attributes["userAgentFamily"] = family;
  return attributes;
}

/** Order matters: most agents name the ones that they descend from too. */
const FAMILIES: [marker: string, family: string][] = [
  ["Edg/", "edge"],
  ["OPR/", "opera"],
  ["SamsungBrowser/", "samsung"],
  ["Firefox/", "firefox"],
  ["FxiOS/", "firefox"],
  ["CriOS/", "chrome"],
  ["Chrome/", "chrome"],
  ["Safari/", "safari"],
  ["okhttp/", "okhttp"],
  ["CFNetwork/", "cfnetwork"],
  ["curl/", "curl"],
];

function userAgentFamily(agent: string | null): string | undefined {
  if (agent === null) return undefined;
  for (const [marker, family] of FAMILIES) if (agent.includes(marker)) return family;
  return "other";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(detail: string): HttpError {
  return new HttpError(400, detail, { code: "INVALID_CONTEXT" });
}
