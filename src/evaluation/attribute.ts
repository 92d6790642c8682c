import type { AttributePath, JsonValue } from "../flags/document.ts";
import { CompileError } from "./compile-error.ts";
import type { EvaluationInput } from "./types.ts";

/** Reads one attribute. Returns `undefined` if the attribute is missing; `null` is a value. */
export type Getter = (input: EvaluationInput) => JsonValue | undefined;

export interface Attribute {
  get: Getter;
  /** The property's name if the attribute is a plain property of the caller's context, which is read without a call. */
  contextName?: string;
  readsRequest: boolean;
  /** The attribute's name in messages. */
  label: string;
}

/** The attributes that were compiled last, by name. Flags share them, because tens of thousands test the same few. */
const compiled = new Map<string, Attribute>();
const MAX_COMPILED = 1000;

const REQUEST = "request";
const REQUEST_PREFIX = "request.";

/**
 * Compiles the access to an attribute. `request.*`, or a list of steps that begins with "request", reads the attributes
 * that the worker took from the request. Every other path reads the caller's context, so a caller cannot set a request
 * attribute. "request" alone is always missing.
 */
export function compileAttribute(path: AttributePath): Attribute {
  if (typeof path === "string") {
    const known = compiled.get(path);
    if (known !== undefined) return known;
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    const attribute = namedAttribute(path);
    compiled.set(path, attribute);
    return attribute;
  }
  if (!Array.isArray(path) || path.length === 0 || !path.every((step) => typeof step === "string")) {
    throw new CompileError("an attribute must be a string or a list of strings");
  }
  const label = path.join(" → ");
  const [root = ""] = path;
  if (root === REQUEST) {
    if (path.length === 1) return { get: missing, readsRequest: false, label };
    return { get: requestPath(path.slice(1)), readsRequest: true, label };
  }
  if (path.length === 1) return contextAttribute(root);
  return { get: contextPath(path), readsRequest: false, label };
}

const missing: Getter = () => undefined;

function requestPath(steps: readonly string[]): Getter {
  return (input) => walk(input.request, steps);
}

function contextPath(steps: readonly string[]): Getter {
  return (input) => walk(input.context, steps);
}

function namedAttribute(path: string): Attribute {
  if (path === REQUEST) return { get: missing, readsRequest: false, label: path };
  if (path.startsWith(REQUEST_PREFIX)) {
    const name = path.slice(REQUEST_PREFIX.length);
    return { get: (input) => own(input.request, name), readsRequest: true, label: path };
  }
  return contextAttribute(path);
}

function contextAttribute(name: string): Attribute {
  // Only names that every object inherits need the slower check for an own property.
  if (name in Object.prototype) return { get: (input) => own(input.context, name), readsRequest: false, label: name };
  if (name === "targetingKey") {
    return { get: (input) => input.context.targetingKey, contextName: name, readsRequest: false, label: name };
  }
  return { get: (input) => input.context[name], contextName: name, readsRequest: false, label: name };
}

type Properties = { readonly [name: string]: JsonValue | undefined };

function own(object: Properties, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function walk(root: Properties, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | Properties | undefined = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = own(value as Properties, step);
  }
  return value as JsonValue | undefined;
}
