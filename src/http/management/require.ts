import { KEY_PATTERN } from "../../flags/limits.ts";
import { HttpError } from "../errors.ts";
import { type ManagementContext, pathKey } from "./context.ts";

/** The key of the path; one that cannot exist is not looked up. @throws HttpError 404 */
export function requireKey(c: ManagementContext, noun: string): string {
  const key = pathKey(c, "key");
  if (!KEY_PATTERN.test(key)) throw missing(noun);
  return key;
}

/** @throws HttpError 404 */
export function notFoundUnless<T>(found: T | undefined, noun: string): T {
  if (found === undefined) throw missing(noun);
  return found;
}

function missing(noun: string): HttpError {
  return new HttpError(404, `there is no such ${noun} here`);
}
