import { array, check, exactOptional, type InferOutput, maxLength, optional, picklist, pipe, string } from "valibot";
import { isOriginPattern } from "../../../flags/origins.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { fields, nameText, parseShape } from "../shape.ts";

const MAX_ORIGINS = 100;

const origin = pipe(
  string("must be text"),
  maxLength(255, "must not exceed 255 characters"),
  check(
    isOriginPattern,
    "must be an origin like https://shop.example.com, https://*.example.com, http://localhost:* or capacitor://localhost, without a path",
  ),
);
const origins = pipe(
  array(origin, "must be a list of origins"),
  maxLength(MAX_ORIGINS, `must not contain more than ${MAX_ORIGINS} origins`),
);

export const keySchema = fields({
  kind: picklist(["client", "server"], "must be client or server"),
  /** A name for people; the default is made of the kind. */
  name: exactOptional(nameText),
  /** Browser origins that may use a client key. An empty list allows every origin. */
  origins: optional(origins, []),
});

export const keyPatchSchema = pipe(
  fields({ name: exactOptional(nameText), origins: exactOptional(origins) }),
  check((patch) => Object.keys(patch).length > 0, "must contain name or origins"),
);

export type KeyPatch = InferOutput<typeof keyPatchSchema>;

export type KeyBody = InferOutput<typeof keySchema>;

/** @throws InvalidInputError */
export function parseKey(value: unknown): KeyBody {
  const key = parseShape(keySchema, value);
  refuseOrigins(key.kind, key.origins);
  return key;
}

/** @throws InvalidInputError if a key that is not a client key would get origins */
export function refuseOrigins(kind: string, origins: readonly string[] = []): void {
  if (kind === "client" || origins.length === 0) return;
  throw new InvalidInputError([{ pointer: "/origins", detail: "must be left out: only client keys have origins" }]);
}
