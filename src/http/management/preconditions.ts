/**
 * Conditional requests (RFC 9110 §13). The entity tag of a resource is its version in quotes, or an opaque text if no
 * single version describes its state.
 */
import { HttpError } from "../errors.ts";

/** An If-Match header. `*`: the resource must exist. A list: it must be at one of these versions. */
export type IfMatch = "*" | readonly number[];

/** The conditions of a request that writes. */
export interface WriteConditions {
  /** `undefined` if the request has no If-Match. */
  ifMatch: IfMatch | undefined;
  /** Set by `If-None-Match: *`. */
  mustNotExist?: boolean;
}

export function entityTagOf(version: number | string): string {
  return `"${version}"`;
}

export function tagHeader(version: number | string): Record<string, string> {
  return { etag: entityTagOf(version) };
}

/** @throws HttpError 400 for an If-None-Match other than `*` */
export function writeConditions(headers: Headers): WriteConditions {
  return { ifMatch: parseIfMatch(headers), mustNotExist: isCreateOnly(headers) };
}

/** Returns the If-Match header, or `undefined` if there is none. A tag that is not a version matches nothing. */
export function parseIfMatch(headers: Headers): IfMatch | undefined {
  const header = headers.get("if-match");
  if (header === null) return undefined;
  if (header.trim() === "*") return "*";
  return header.split(",").flatMap((part) => {
    // A proxy that compresses responses turns a strong tag into a weak one. It still names the same version.
    const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(part.trim())?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** Whether an existing resource at this version meets the condition. */
export function isMatch(ifMatch: IfMatch | undefined, version: number): boolean {
  return ifMatch === undefined || ifMatch === "*" || ifMatch.includes(version);
}

/** Compares an If-Match header, if there is one, with an opaque tag. @throws PreconditionFailedError */
export function requireMatch(headers: Headers, tag: string): void {
  const header = headers.get("if-match");
  if (header === null || header.trim() === "*") return;
  const accepted = header.split(",").map((part) => part.trim().replace(/^W\//, ""));
  if (!accepted.includes(entityTagOf(tag))) throw new PreconditionFailedError(tag);
}

/** Whether the write may only create. @throws HttpError 400 for an If-None-Match other than `*` */
function isCreateOnly(headers: Headers): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  if (header.trim() === "*") return true;
  throw new HttpError(400, "If-None-Match on a write accepts only *");
}

/** Whether the If-None-Match header of a read names this version. */
export function isUnchanged(headers: Headers, version: number | string): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  const tag = entityTagOf(version);
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === tag);
}

/** 412 with the current version or opaque tag, or with `undefined` if the resource does not exist. */
export class PreconditionFailedError extends HttpError {
  readonly version: number | undefined;
  constructor(current: number | string | undefined) {
    const version = typeof current === "number" ? current : undefined;
    super(412, `the condition is not met: ${currentText(current)}`, {
      headers: {
        ...(current === undefined ? {} : tagHeader(current)),
        ...(version === undefined ? {} : { "x-flags-version": String(version) }),
      },
    });
    this.version = version;
  }
}

function currentText(current: number | string | undefined): string {
  if (current === undefined) return "it does not exist";
  return typeof current === "number" ? `the current version is ${current}` : "it has changed since";
}
