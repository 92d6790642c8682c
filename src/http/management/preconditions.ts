/**
 * Conditional requests (RFC 9110 §13) over versions: the entity tag of a resource is its version in quotes, or, where
 * no single version says what it is at, an opaque text.
 */
import { HttpError } from "../errors.ts";

/** `*`: it must exist. A list: it must be at one of these versions. */
export type IfMatch = "*" | readonly number[];

export function entityTagOf(version: number | string): string {
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

/** Holds an If-Match, if there is one, against an opaque tag. @throws PreconditionFailedError */
export function requireMatch(headers: Headers, tag: string): void {
  const header = headers.get("if-match");
  if (header === null || header.trim() === "*") return;
  const named = header.split(",").map((part) => part.trim().replace(/^W\//, ""));
  if (!named.includes(entityTagOf(tag))) throw new PreconditionFailedError(tag);
}

/** True when the write may only create. @throws HttpError 400 for an If-None-Match other than `*` */
export function isCreateOnly(headers: Headers): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  if (header.trim() === "*") return true;
  throw new HttpError(400, "If-None-Match on a write takes only *");
}

/** Whether the If-None-Match of a read names this version. */
export function isUnchanged(headers: Headers, version: number | string): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  const tag = entityTagOf(version);
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === tag);
}

/** 412, with what is current: a version, or an opaque tag; undefined: there is no such thing any more. */
export class PreconditionFailedError extends HttpError {
  readonly version: number | undefined;
  constructor(current: number | string | undefined) {
    const version = typeof current === "number" ? current : undefined;
    super(412, `the condition is not met: ${currentText(current)}`, {
      headers: {
        ...(current === undefined ? {} : { etag: entityTagOf(current) }),
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
