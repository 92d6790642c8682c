import { KEY_PATTERN } from "../../flags/limits.ts";
import { HttpError } from "../errors.ts";
import { type ManagementContext, pathParameter } from "./context.ts";

/** Returns the key in the route's path, without a look-up if no such key can exist. @throws HttpError 404 */
export function requireKey(c: ManagementContext, noun: string): string {
  const key = pathParameter(c, "key");
  if (!KEY_PATTERN.test(key)) throw missing(noun);
  return key;
}

/** @throws HttpError 404 */
export function requireFound<T>(found: T | undefined, noun: string): T {
  if (found === undefined) throw missing(noun);
  return found;
}

export function unknownEnvironment(): HttpError {
  return new HttpError(404, "there is no such environment");
}

function missing(noun: string): HttpError {
  return new HttpError(404, `there is no such ${noun} here`);
}
