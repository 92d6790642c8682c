import { formProblem, KEY_PATTERN } from "../../flags/limits.ts";
import { HttpError } from "../errors.ts";
import { type ManagementContext, pathParameter } from "./context.ts";

/** Bounds the part of a path that an error repeats (UTF-16 units). The longest key has twice 128. */
const MAX_QUOTED = 256;

/** Returns the key in the route's path, without a look-up if no such key can exist. @throws HttpError 404 */
export function requireKey(c: ManagementContext, noun: string): string {
  const key = pathParameter(c, "key");
  if (!KEY_PATTERN.test(key)) throw notFound(noun, key);
  const problem = formProblem(key);
  if (problem !== undefined) throw new HttpError(404, `${noun} "${key}" does not exist; its key ${problem}`);
  return key;
}

/** @throws HttpError 404 saying that the `noun` of this name does not exist */
export function requireFound<T>(found: T | undefined, noun: string, name: string, environment?: string): T {
  if (found === undefined) throw notFound(noun, name, environment);
  return found;
}

export function unknownEnvironment(environment: string): HttpError {
  return notFound("environment", environment);
}

export function notFound(noun: string, name: string, environment?: string): HttpError {
  const where = environment === undefined ? "" : ` in environment "${environment}"`;
  return new HttpError(404, `${noun} "${name.slice(0, MAX_QUOTED)}" does not exist${where}`);
}
