/** Query parameters of lists. */
import {
  check,
  type InferOutput,
  maxLength,
  maxValue,
  minValue,
  optional,
  pipe,
  regex,
  string,
  transform,
} from "valibot";
import { KEY_PATTERN } from "../../flags/limits.ts";
import { fields } from "./shape.ts";

/** Postgres cannot hold U+0000. */
export const searchText = pipe(
  string("must be given once"),
  // In UTF-16 units, of which the longest key has 256.
  maxLength(256, "must not exceed 256 characters"),
  check((text) => !text.includes("\u0000"), "must not contain the character U+0000"),
);

export function limitOf(byDefault: number, max: number) {
  const rule = `must be a whole number from 1 to ${max}`;
  const digits = pipe(string("must be given once"), regex(/^\d{1,6}$/, rule), transform(Number));
  return optional(pipe(digits, minValue(1, rule), maxValue(max, rule)), String(byDefault));
}

const CURSORS = { key: KEY_PATTERN, id: /^\d{1,15}$/, sdkKey: /^[A-Za-z0-9]{8,40}$/ };

/** A cursor: the `nextCursor` of the previous page, which is the key or id of its last item. */
export function cursorOf(kind: keyof typeof CURSORS) {
  return pipe(string("must be given once"), regex(CURSORS[kind], "must be the nextCursor of the previous page"));
}

/** The query of a list without filters. */
export function pageQuery(kind: keyof typeof CURSORS) {
  return fields({ limit: limitOf(50, 200), cursor: optional(cursorOf(kind)) });
}

export type ListQuery = InferOutput<ReturnType<typeof pageQuery>>;
