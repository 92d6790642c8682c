import { findInexactNumbers, INEXACT_NUMBER, INFINITE_NUMBER, type Steps } from "../../flags/formats/exact-numbers.ts";
import { tooDeepText } from "../../flags/formats/nesting.ts";
import { LIMITS, RESERVED_NAME } from "../../flags/limits.ts";
import { escapePointer, pointerTo } from "../../flags/validate.ts";
import { type FieldError, InvalidInputError } from "../../ops/errors.ts";
import { readBody, refuseEncodedBody } from "../body.ts";
import { HttpError } from "../errors.ts";

export const JSON_ONLY = ["application/json"] as const;

/** A flag document has at most 256 KiB (LIMITS.documentBytes). The rest is for notes and white space. */
export const MAX_MANAGEMENT_BODY_BYTES = 1024 * 1024;

/** Bounds the mistakes that one response lists. */
const MAX_MISTAKES = 50;

/** The response header that lists the media types of a method. PUT has none, so it gets `Accept`. */
const ACCEPT_HEADERS: Record<string, string> = { POST: "accept-post", PATCH: "accept-patch" };

/** Reads the body as JSON that the store can hold. @throws HttpError 400, 413, 415, InvalidInputError */
export async function readJsonBody(
  request: Request,
  mediaTypes: readonly string[],
  maxBytes = MAX_MANAGEMENT_BODY_BYTES,
  advice = "",
): Promise<unknown> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!mediaTypes.includes(mediaType)) {
    const accepted = mediaTypes.join(" or ");
    throw new HttpError(415, `the body must be sent as ${accepted}`, {
      headers: { [ACCEPT_HEADERS[request.method] ?? "accept"]: mediaTypes.join(", ") },
    });
  }
  refuseEncodedBody(request);
  const text = await readBody(request, maxBytes, advice);
  const value = parse(text);
  const mistakes = [...findMistakes(value), ...inexactNumbers(text, value)].slice(0, MAX_MISTAKES);
  if (mistakes.length > 0) throw new InvalidInputError(mistakes);
  return value;
}

function inexactNumbers(text: string, value: unknown): FieldError[] {
  const places = findInexactNumbers(
    text,
    MAX_MISTAKES,
    // JavaScript writes the float 1e20 as a whole number.
    (literal, steps) => isFloatVariant(value, steps) && String(Number(literal)) === literal,
  );
  return places.map((steps) => ({ pointer: pointerTo(steps), detail: INEXACT_NUMBER }));
}

/** Whether the place is a variant of a flag whose type in the same body is float. */
function isFloatVariant(value: unknown, steps: Steps): boolean {
  if (steps.at(-2) !== "variants") return false;
  let flag = value;
  for (const step of steps.slice(0, -2)) flag = (flag as Record<string, unknown> | undefined)?.[step];
  return (flag as { type?: unknown } | undefined)?.type === "float";
}

/** Parses JSON. The parser's own message quotes the body, so an error repeats only the position. */
function parse(text: string): unknown {
  if (text.trim() === "") throw new HttpError(400, "the body is empty; send JSON");
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw new HttpError(
      400,
      position === undefined ? "the body is not valid JSON" : `the body is not valid JSON at character ${position}`,
    );
  }
}

/** An object or list that contains the current value. */
interface Container {
  value: Readonly<Record<string, unknown>>;
  /** Names of an object's members; `undefined` for a list. */
  names: readonly string[] | undefined;
  length: number;
  next: number;
}

/**
 * Finds the parts of a JSON value that Postgres or a client's object cannot hold. It does not recurse, because the
 * sender chooses the depth. It keeps one entry per level instead of one per value, and makes pointers for mistakes
 * only, because a body can be 8 MiB of zeros. Exported for the tests, which need no request for it.
 */
export function findMistakes(root: unknown): FieldError[] {
  const mistakes: FieldError[] = [];
  const path: Container[] = [];
  const pointer = (): string => path.map((container) => `/${escapePointer(nameOf(container))}`).join("");
  let value = root;
  for (;;) {
    if (typeof value === "string" && !isStorable(value)) {
      mistakes.push({
        pointer: pointer(),
        detail: "must not contain the character U+0000 or half of a surrogate pair",
      });
    } else if (typeof value === "number" && !Number.isFinite(value)) {
      mistakes.push({ pointer: pointer(), detail: INFINITE_NUMBER });
    } else if (typeof value === "object" && value !== null) {
      if (path.length >= LIMITS.jsonDepth) {
        return [{ pointer: pointer(), detail: tooDeepText(LIMITS.jsonDepth) }];
      }
      path.push(containerOf(value));
    }
    for (;;) {
      if (mistakes.length >= MAX_MISTAKES) return mistakes;
      const container = path.at(-1);
      if (container === undefined) return mistakes;
      if (container.next === container.length) {
        path.pop();
        continue;
      }
      const name = container.names?.[container.next];
      const at = container.next++;
      if (name === RESERVED_NAME) {
        mistakes.push({ pointer: pointer(), detail: "is a reserved name" });
      } else if (name !== undefined && !isStorable(name)) {
        const outer = pointer().slice(0, -escapePointer(name).length - 1);
        const detail = "contains a name with the character U+0000 or half of a surrogate pair";
        mistakes.push({ pointer: outer, detail });
      } else {
        value = container.value[name ?? at];
        break;
      }
    }
  }
}

function containerOf(value: object): Container {
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  const length = names?.length ?? (value as unknown[]).length;
  return { value: value as Record<string, unknown>, names, length, next: 0 };
}

/** The name or index of the member that was read last. */
function nameOf({ names, next }: Container): string {
  return names?.[next - 1] ?? String(next - 1);
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}
