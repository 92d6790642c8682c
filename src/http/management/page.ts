/** Query parameters of lists. */
import { check, maxLength, maxValue, minValue, optional, pipe, regex, string, transform } from "valibot";
import { KEY_PATTERN } from "../../flags/limits.ts";

/** Postgres cannot hold U+0000. */
export const searchText = pipe(
  string("must be given once"),
  maxLength(200, "must not exceed 200 characters"),
  check((text) => !text.includes("\u0000"), "must not hold the character U+0000"),
);

export function limitOf(byDefault: number, max: number) {
  const rule = `must be a whole number from 1 to ${max}`;
  const digits = pipe(string("must be given once"), regex(/^\d{1,6}$/, rule), transform(Number));
  return optional(pipe(digits, minValue(1, rule), maxValue(max, rule)), String(byDefault));
}

/** `nextCursor` of the page before: the last flag key, or the last id. */
export function cursorOf(kind: "key" | "id") {
  const pattern = kind === "key" ? KEY_PATTERN : /^\d{1,15}$/;
  return pipe(string("must be given once"), regex(pattern, "must be a nextCursor"));
}
