/**
 * The rules by which clients in other languages decode responses, taken from their sources. Each client has a file of
 * its own. They contain only what a server can break.
 */
import { isObject, JsonNumber, parseRaw, plain, type RawJson, type RawObject } from "./raw-json.ts";

/** The parts of a response that a decoder reads. */
export interface Wire {
  status: number;
  headers: Headers;
  text: string;
}

export type Accessor = "boolean" | "string" | "integer" | "float" | "object";

/** One flag as the application sees it. Without a value, the application uses its own default. */
export interface Seen {
  value?: unknown;
  errorCode?: string;
}

/** The client cannot use the response: it throws, or loses all flags. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** A client that requests one flag at a time. */
export interface SingleDecoder {
  name: string;
  /** @throws Refusal */
  evaluate(response: Wire, accessor: Accessor): Seen;
}

/** A client that requests all flags and reads single ones later. */
export interface BulkDecoder {
  name: string;
  /** Returns the flags by key, or `undefined` if the flags that it has are still right. @throws Refusal */
  decode(response: Wire): Map<string, RawObject> | undefined;
  read(item: RawObject | undefined, accessor: Accessor): Seen;
}

export function parseObject(text: string): RawObject {
  let parsed: RawJson;
  try {
    parsed = parseRaw(text);
  } catch {
    throw new Refusal("the body is not JSON");
  }
  if (!isObject(parsed)) throw new Refusal("the body is not an object");
  return parsed;
}

export function requireJson({ headers }: Wire): void {
  const type = headers.get("content-type") ?? "";
  if (!/^application\/([^+;]*\+)?json\b/.test(type)) throw new Refusal(`content type "${type}"`);
}

export function textOf(object: RawObject, name: string): string {
  const value = object[name];
  if (typeof value !== "string") throw new Refusal(`${name} is not text`);
  return value;
}

/** Requires Retry-After in whole seconds, the only form that every client reads. */
export function requireSeconds({ headers }: Wire): void {
  const value = headers.get("retry-after");
  if (value !== null && !/^\d+$/.test(value)) throw new Refusal(`Retry-After "${value}"`);
}

/** Accepts a number only in the form of its type: 1 for an integer, 1.0 for a float. */
export function exactly(value: RawJson, accessor: Accessor): Seen {
  const isRight =
    accessor === "integer"
      ? value instanceof JsonNumber && value.isWhole
      : accessor === "float"
        ? value instanceof JsonNumber && !value.isWhole
        : isOfType(value, accessor);
  return isRight ? { value: plain(value) } : { errorCode: "TYPE_MISMATCH" };
}

/** Accepts a number in any form. */
export function loosely(value: RawJson, accessor: Accessor): Seen {
  const isNumber = accessor === "integer" || accessor === "float";
  const isRight = isNumber ? value instanceof JsonNumber : isOfType(value, accessor);
  return isRight ? { value: plain(value) } : { errorCode: "TYPE_MISMATCH" };
}

function isOfType(value: RawJson, accessor: Accessor): boolean {
  if (accessor === "object") return isObject(value) || Array.isArray(value);
  return typeof value === accessor;
}
