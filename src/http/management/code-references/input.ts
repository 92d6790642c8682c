import {
  check,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  pipe,
  regex,
  string,
} from "valibot";
import { keyProblem } from "../../../flags/limits.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { HttpError } from "../../errors.ts";
import { fields, nameText, parseShape } from "../shape.ts";
import { recordOf } from "../../../flags/record-of.ts";

/** The most flags that one scan can report. */
const MAX_KEYS = 10_000;
const MAX_COUNT = 1_000_000;
const COUNT_RULE = `must be a whole number from 1 to ${MAX_COUNT}`;

export const scanSchema = fields({
  commit: pipe(
    string("must be text"),
    minLength(1, "must not be empty"),
    maxLength(100, "must not exceed 100 characters"),
    regex(/^[\w.-]+$/, "must have only letters, digits, and the characters . _ -"),
  ),
  counts: pipe(
    recordOf(
      pipe(number(COUNT_RULE), integer(COUNT_RULE), minValue(1, COUNT_RULE), maxValue(MAX_COUNT, COUNT_RULE)),
      "must be an object of flag keys and how often each occurs",
    ),
    check((counts) => Object.keys(counts).length <= MAX_KEYS, `must not have more than ${MAX_KEYS} flags`),
    check(
      (counts) => Object.keys(counts).every((key) => keyProblem(key) === undefined),
      "must have only keys that a flag can have",
    ),
  ),
});

export type ScanBody = InferOutput<typeof scanSchema>;

export const SCAN_EXAMPLE = { commit: "4f2c1d9", counts: { "checkout-redesign": 3 } };

/** Returns the name of a repository in a path. @throws HttpError 404, because no such repository can exist */
export function repositoryName(text: string): string {
  try {
    return parseShape(nameText, text);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new HttpError(404, `the name of the repository ${error.errors[0]?.detail ?? "is not valid"}`);
  }
}
