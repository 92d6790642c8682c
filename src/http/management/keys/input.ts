import {
  array,
  check,
  exactOptional,
  type InferOutput,
  maxLength,
  minLength,
  optional,
  picklist,
  pipe,
  string,
} from "valibot";
import { InvalidInputError } from "../../../ops/errors.ts";
import { fields, parseShape } from "../shape.ts";

const MAX_ORIGINS = 100;

const origin = pipe(
  string("must be text"),
  maxLength(255, "must not exceed 255 characters"),
  check(isOrigin, "must be an origin like https://shop.example.com, without a path"),
);

export const keySchema = fields({
  kind: picklist(["client", "server"], "must be client or server"),
  /** A name for people; the default is made of the kind. */
  name: exactOptional(
    pipe(string("must be text"), minLength(1, "must not be empty"), maxLength(200, "must not exceed 200 characters")),
  ),
  /** Browser origins that may use a client key. An empty list allows every origin. */
  origins: optional(
    pipe(
      array(origin, "must be a list of origins"),
      maxLength(MAX_ORIGINS, `must not contain more than ${MAX_ORIGINS} origins`),
    ),
    [],
  ),
});

export type KeyBody = InferOutput<typeof keySchema>;

/** @throws InvalidInputError */
export function parseKey(value: unknown): KeyBody {
  const key = parseShape(keySchema, value);
  if (key.kind === "server" && key.origins.length > 0) {
    throw new InvalidInputError([{ pointer: "/origins", detail: "must be left out: only client keys have origins" }]);
  }
  return key;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
