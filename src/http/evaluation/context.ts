import type { EvaluationContext, RequestAttributes } from "../../evaluation/types.ts";
import type { JsonValue } from "../../flags/document.ts";
import {
  findInexactNumbers,
  INEXACT_NUMBER,
  INFINITE_NUMBER,
  mayBeInexact,
  type Steps,
} from "../../flags/formats/exact-numbers.ts";
import { LIMITS, MAX_CONTEXT_DEPTH, RESERVED_NAME } from "../../flags/limits.ts";
import { cfOf, type RequestFacts } from "../../ops/runtime.ts";
import { HttpError } from "../errors.ts";
import { CF_FACTS, type FACT_HEADERS } from "./request-facts.ts";

/** The limits of one evaluation request. docs/api.md lists them. */
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_ATTRIBUTES = 500;
/** A condition may compare one text with 5,000 values, so the length of the text bounds the CPU time of a request. */
const MAX_TEXT_LENGTH = 4096;
/** No condition can name a longer attribute. */
const MAX_NAME_LENGTH = LIMITS.textLength;
/** A longer text is not a language tag. A header can be longer than a text in a context may be. */
const MAX_LANGUAGE_LENGTH = 100;
/** Bounds the part of a name that an error repeats. */
const MAX_QUOTED = 128;

/** A context, or one of its attributes, that is not accepted. */
export class ContextError extends HttpError {
  /** The place in the context; empty for the context itself. */
  readonly steps: Steps;
  readonly problem: string;

  constructor(steps: Steps, problem: string) {
    const place = ["context", ...steps].map((step) => String(step).slice(0, MAX_QUOTED)).join(".");
    super(400, `${place} ${problem}`, { code: "INVALID_CONTEXT" });
    this.steps = steps;
    this.problem = problem;
  }
}

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
  return parseContext(body["context"], text);
}

/**
 * Checks a context that a caller has sent.
 *
 * @param source the JSON text with the member `context`, unless the numbers in it have been checked already
 * @throws ContextError that names the attribute
 */
export function parseContext(context: unknown, source?: string): EvaluationContext {
  if (context === undefined || context === null) return {};
  if (!isRecord(context)) throw new ContextError([], "must be an object");
  const shape = { values: 0, hasLargeNumber: false };
  checkShape(context, context, 1, shape);
  if (shape.values > MAX_ATTRIBUTES)
    throw new ContextError([], `holds ${shape.values} values, at most ${MAX_ATTRIBUTES} are accepted`);
  if (shape.hasLargeNumber && source !== undefined) refuseInexactNumber(source);
  const targetingKey = context["targetingKey"];
  if (targetingKey === null) delete context["targetingKey"];
  else if (targetingKey !== undefined && typeof targetingKey !== "string")
    throw new ContextError(["targetingKey"], "must be a string");
  return context as EvaluationContext;
}

/** Checks depth, names and values. A flat context costs one pass over its keys. */
function checkShape(
  value: object,
  context: object,
  depth: number,
  shape: { values: number; hasLargeNumber: boolean },
): void {
  if (depth > MAX_CONTEXT_DEPTH) throw new ContextError([], `is nested deeper than ${MAX_CONTEXT_DEPTH} levels`);
  for (const name of Object.keys(value)) {
    shape.values++;
    const child = (value as Record<string, unknown>)[name];
    if (name === RESERVED_NAME) refuse(context, value, `contains "${name}", a name that is not accepted`);
    if (name.length > MAX_NAME_LENGTH)
      refuse(context, value, `contains a name of more than ${MAX_NAME_LENGTH} characters`);
    if (typeof child === "string") {
      if (child.length > MAX_TEXT_LENGTH)
        refuse(context, value, `must not exceed ${MAX_TEXT_LENGTH} characters, but has ${child.length}`, name);
    } else if (typeof child === "number") {
      if (!Number.isFinite(child)) refuse(context, value, INFINITE_NUMBER, name);
      if (mayBeInexact(child)) shape.hasLargeNumber = true;
    } else if (typeof child === "object" && child !== null) checkShape(child, context, depth + 1, shape);
  }
}

/** Refuses a member of `container`, or the container itself. Looks for its place only now, because that is rare. */
function refuse(context: object, container: object, problem: string, ...member: string[]): never {
  throw new ContextError([...(stepsTo(context, container) ?? []), ...member], problem);
}

/** Returns the steps from an object to another one inside it. */
function stepsTo(from: object, to: object): Steps | undefined {
  if (from === to) return [];
  for (const [name, child] of Object.entries(from)) {
    const rest = typeof child === "object" && child !== null ? stepsTo(child as object, to) : undefined;
    if (rest !== undefined) return [name, ...rest];
  }
  return undefined;
}

function refuseInexactNumber(source: string): void {
  const places = findInexactNumbers(source, Infinity);
  const place = places.find(([first]) => first === "context");
  if (place !== undefined) throw new ContextError(place.slice(1), INEXACT_NUMBER);
}

/**
 * Reads a context from query parameters: each parameter is a string attribute, `user_id` is the `targetingKey`, and
 * `context` holds attributes of other types as JSON.
 */
export function contextFromQuery(query: readonly Parameter[]): EvaluationContext {
  const [base, ...others] = valuesOf(query, "context");
  if (others.length > 0) throw invalidParameter();
  const context = base === undefined ? {} : parseParameter(base);
  requireOneSubject(query, context);
  for (const [name, value] of query) {
    if (name === "context") continue;
    if (name === RESERVED_NAME) throw new ContextError([], `contains "${name}", a name that is not accepted`);
    context[name === "user_id" ? "targetingKey" : name] = value;
  }
  return parseContext(context, `{"context":${base ?? "{}"}}`);
}

/** The name and the value of a query parameter. */
export type Parameter = readonly [name: string, value: string];

/**
 * Returns the parameters of a URL. Most queries contain no escaped character, and splitting those takes a small part of
 * the time that the URL object takes in workerd.
 */
export function queryOf(url: string): Parameter[] {
  const at = url.indexOf("?");
  if (at < 0) return [];
  const text = url.slice(at + 1);
  if (!/^[\w.~&=:@,/-]*$/.test(text)) return [...new URL(url).searchParams];
  const parts = text.split("&").filter((part) => part !== "");
  return parts.map((part): Parameter => {
    const equals = part.indexOf("=");
    return equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}

function valuesOf(query: readonly Parameter[], wanted: string): string[] {
  return query.filter(([name]) => name === wanted).map(([, value]) => value);
}

function parseParameter(text: string): Record<string, unknown> {
  let context: unknown;
  try {
    context = JSON.parse(text);
  } catch {
    throw invalidParameter();
  }
  if (!isRecord(context)) throw invalidParameter();
  // As in a body, null names no subject.
  if (context["targetingKey"] === null) delete context["targetingKey"];
  return context;
}

function invalidParameter(): HttpError {
  return invalid('the query parameter context must be one JSON object, such as {"seats":12}');
}

/** Refuses a request that names its subject twice: whichever one we used, some callers would mean the other. */
function requireOneSubject(query: readonly Parameter[], context: Record<string, unknown>): void {
  const names = ["user_id", "targetingKey"].filter((name) => query.some(([given]) => given === name));
  if (Object.hasOwn(context, "targetingKey")) names.push("context.targetingKey");
  if (names.length > 1) throw invalid(`${names.join(" and ")} both name the subject: send only one of them`);
  const [name = ""] = names;
  if (new Set(valuesOf(query, name)).size > 1) throw invalid(`${name} has several values: send only one`);
}

/** Returns the attributes that only the worker can set, from the request and Cloudflare's description of it. */
export function requestAttributes(request: RequestFacts): RequestAttributes {
  const cf = cfOf(request);
  const header = (name: (typeof FACT_HEADERS)[number]) => request.headers.get(name);
  const attributes: Record<string, JsonValue> = {};
  for (const name of CF_FACTS) {
    const value = cf[name];
    if (typeof value === "string" || typeof value === "number") attributes[name] = value;
  }
  const ip = header("cf-connecting-ip");
  if (ip !== null) attributes["ip"] = ip;
  const language = header("accept-language")?.split(/[,;]/, 1)[0]?.trim();
  if (language && language.length <= MAX_LANGUAGE_LENGTH) attributes["language"] = language;
  const family = userAgentFamily(header("user-agent"));
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
