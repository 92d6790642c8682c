import { LIMITS, RESERVED_NAMES } from "../../flags/limits.ts";
import { escapePointer } from "../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../ops/errors.ts";
import { readBody } from "../body.ts";
import { HttpError } from "../errors.ts";

/** A whole flag is at most 256 KiB (LIMITS.documentBytes); names and blanks may take the rest. */
export const MAX_MANAGEMENT_BODY_BYTES = 1024 * 1024;

/** More than this many mistakes are not listed. */
const MAX_MISTAKES = 50;

/** Where an answer tells which media types the method takes; there is none for PUT. */
const ACCEPTED_IN: Record<string, string> = { POST: "accept-post", PATCH: "accept-patch" };

/** The body as JSON that every part of the way to the store can hold. @throws HttpError 400, 413, 415, 422 */
export async function readJsonBody(
  request: Request,
  mediaTypes: readonly string[],
  maxBytes = MAX_MANAGEMENT_BODY_BYTES,
): Promise<unknown> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!mediaTypes.includes(mediaType)) {
    const accepted = mediaTypes.join(" or ");
    throw new HttpError(415, `the body must be sent as ${accepted}`, {
      headers: { [ACCEPTED_IN[request.method] ?? "accept"]: mediaTypes.join(", ") },
    });
  }
  const text = await readBody(request, maxBytes);
  if (text.length > maxBytes) {
    throw new HttpError(413, `the body is larger than ${maxBytes} bytes`);
  }
  const value = parse(text);
  const mistakes = findMistakes(value);
  if (mistakes.length > 0) throw new InvalidInputError(mistakes);
  return value;
}

/** The parser's own message quotes the body, so only the place is taken from it. */
function parse(text: string): unknown {
  if (text.trim() === "") throw new HttpError(400, "the body is empty, expected JSON");
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw new HttpError(
      400,
      position === undefined ? "the body is not JSON" : `the body is not JSON: see character ${position}`,
    );
  }
}

/** What JSON can say but Postgres, or a client's object, cannot hold. Without recursion: the depth is the sender's. */
function findMistakes(root: unknown): FieldError[] {
  const mistakes: FieldError[] = [];
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value: root, pointer: "", depth: 0 }];
  for (let next = open.pop(); next !== undefined && mistakes.length < MAX_MISTAKES; next = open.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value === "string" && !isStorable(value)) {
      mistakes.push({ pointer, detail: "must not hold the character U+0000 or half of a surrogate pair" });
    } else if (typeof value === "number" && !Number.isFinite(value)) {
      mistakes.push({ pointer, detail: "is too large for a number" });
    } else if (typeof value === "object" && value !== null) {
      if (depth >= LIMITS.jsonDepth) {
        return [{ pointer, detail: `is nested too deeply; at most ${LIMITS.jsonDepth} levels are accepted` }];
      }
      for (const name of Object.keys(value)) {
        const inner = `${pointer}/${escapePointer(name)}`;
        if (RESERVED_NAMES.has(name)) mistakes.push({ pointer: inner, detail: "is a reserved name" });
        else if (!isStorable(name))
          mistakes.push({ pointer, detail: "holds a name with the character U+0000 or half of a surrogate pair" });
        else open.push({ value: (value as Record<string, unknown>)[name], pointer: inner, depth: depth + 1 });
      }
    }
  }
  return mistakes;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}
