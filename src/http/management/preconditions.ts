/** Conditional requests (RFC 9110 §13) over versions: the entity tag of a resource is its version in quotes. */
import { HttpError } from "../errors.ts";

/** `*`: it must exist. A list: it must be at one of these versions. */
export type IfMatch = "*" | readonly number[];

export function entityTagOf(version: number): string {
  return `"${version}"`;
}

/** The If-Match header; undefined when there is none. A tag that is no version of ours matches nothing. */
export function parseIfMatch(headers: Headers): IfMatch | undefined {
  const header = headers.get("if-match");
  if (header === null) return undefined;
  if (header.trim() === "*") return "*";
  return header.split(",").flatMap((part) => {
    // A proxy that compresses weakens a tag on its way; it names the same version all the same.
    const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(part.trim())?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** True when the write may only create. @throws HttpError 400 for an If-None-Match other than `*` */
export function isCreateOnly(headers: Headers): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  if (header.trim() === "*") return true;
  throw new HttpError(400, "If-None-Match on a write takes only *");
}

/** Whether the If-None-Match of a read names this version. */
export function isUnchanged(headers: Headers, version: number): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  const tag = entityTagOf(version);
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === tag);
}

/** 412. `version` is the current one; undefined: there is no such thing any more. */
export class PreconditionFailedError extends HttpError {
  readonly version: number | undefined;
  constructor(version: number | undefined) {
    super(
      412,
      version === undefined
        ? "the condition is not met: it does not exist"
        : `the condition is not met: the current version is ${version}`,
      version === undefined ? {} : { headers: { etag: entityTagOf(version), "x-flags-version": String(version) } },
    );
    this.version = version;
  }
}
