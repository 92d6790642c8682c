/**
 * The rules by which clients that do not run here decode answers, each client's in a file of its own: as their sources
 * have them, no more than a server can break.
 */
import { isObject, JsonNumber, parseRaw, plain, type RawJson, type RawObject } from "./raw-json.ts";

/** What a decoder reads of an answer. */
export interface Wire {
  status: number;
  headers: Headers;
  text: string;
}

export type Accessor = "boolean" | "string" | "integer" | "float" | "object";

/** One flag as the application sees it; without a value its own default is meant. */
export interface Seen {
  value?: unknown;
  errorCode?: string;
}

/** The client cannot make anything of the answer: it throws, or gives up on all flags. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Asks for one flag at a time. */
export interface SingleDecoder {
  name: string;
  /** @throws Refusal */
  evaluate(answer: Wire, accessor: Accessor): Seen;
}

/** Asks for all flags, and looks into what it got later. */
export interface BulkDecoder {
  name: string;
  /** By flag key; undefined: what it has is still right. @throws Refusal */
  decode(answer: Wire): Map<string, RawObject> | undefined;
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

/** Retry-After as whole seconds: the one form that every client reads. */
export function requireSeconds({ headers }: Wire): void {
  const value = headers.get("retry-after");
  if (value !== null && !/^\d+$/.test(value)) throw new Refusal(`Retry-After "${value}"`);
}

/** Takes a number only in the form of its type: 1 for whole ones, 1.0 for others. */
export function exactly(value: RawJson, accessor: Accessor): Seen {
  const isRight =
    accessor === "integer"
      ? value instanceof JsonNumber && value.isWhole
      : accessor === "float"
        ? value instanceof JsonNumber && !value.isWhole
        : isOfType(value, accessor);
  return isRight ? { value: plain(value) } : { errorCode: "TYPE_MISMATCH" };
}

/** Takes any number for a number. */
export function loosely(value: RawJson, accessor: Accessor): Seen {
  const isNumber = accessor === "integer" || accessor === "float";
  const isRight = isNumber ? value instanceof JsonNumber : isOfType(value, accessor);
  return isRight ? { value: plain(value) } : { errorCode: "TYPE_MISMATCH" };
}

function isOfType(value: RawJson, accessor: Accessor): boolean {
  if (accessor === "object") return isObject(value) || Array.isArray(value);
  return typeof value === accessor;
}
