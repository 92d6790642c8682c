import type { EvaluationContext, RequestAttributes } from "../../evaluation/types.ts";
import type { JsonValue } from "../../flags/document.ts";
import { cfOf } from "../../ops/runtime.ts";
import { HttpError } from "../errors.ts";

/** The limits of one evaluation request. docs/api.md lists them. */
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_ATTRIBUTES = 500;
const MAX_CONTEXT_DEPTH = 8;

/** Names that could reach an object's prototype in some client's code. None is a useful attribute. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** Parses an OFREP body. Real clients also send an empty body or no context, and both mean an empty context. */
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

/** Checks a context that a caller has sent. @throws HttpError 400 that names the attribute */
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

/** Checks depth and names, and returns the number of values. A flat context costs one pass over its keys. */
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

/**
 * Reads a context from query parameters: each parameter is a string attribute, `user_id` is the `targetingKey`, and
 * `context` holds attributes of other types as JSON.
 */
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
  requireOneSubject(query, context);
  for (const [name, value] of query) {
    if (name === "context") continue;
    if (RESERVED.has(name)) throw invalid(`the name "${name}" is not accepted`);
    context[name === "user_id" ? "targetingKey" : name] = value;
  }
  return parseContext(context);
}

/** Refuses a request that names its subject twice: whichever of the two won, some callers would mean the other. */
function requireOneSubject(query: URLSearchParams, context: Record<string, unknown>): void {
  const names = ["user_id", "targetingKey"].filter((name) => query.has(name));
  if (Object.hasOwn(context, "targetingKey")) names.push("context.targetingKey");
  if (names.length > 1) throw invalid(`${names.join(" and ")} both name the subject: send only one of them`);
  const [name = ""] = names;
  if (new Set(query.getAll(name)).size > 1) throw invalid(`${name} has several values: send only one`);
}

/** Returns the attributes that only the worker can set, from the request and Cloudflare's description of it. */
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

/** In this order, because most agents also name the browsers that they descend from. */
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
