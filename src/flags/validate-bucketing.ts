import type { FieldError } from "../ops/errors.ts";
import { WEIGHT_TOTAL, type AttributePath, type BucketCondition, type HashScheme } from "./document.ts";
import { HASH_SPACES, SEED_PATTERN } from "./formats/hash-schemes.ts";
import { RESERVED_NAME } from "./limits.ts";

/** Adds every problem of a bucket condition. */
export function validateBucket(bucket: BucketCondition["bucket"], pointer: string, errors: FieldError[]): void {
  validateBucketing(bucket, pointer, errors);
  const { ranges, total = WEIGHT_TOTAL } = bucket;
  ranges.forEach(([from, to], i) => {
    if (from >= to) errors.push({ pointer: `${pointer}/ranges/${i}`, detail: "must begin before it ends" });
    if (to > total) errors.push({ pointer: `${pointer}/ranges/${i}/1`, detail: `must not exceed the total, ${total}` });
  });
}

/** Adds every problem of the parts that determine a bucket. Without a salt, the flag's key becomes the salt. */
export function validateBucketing(
  { by, salt, hash, total }: { by: AttributePath[]; salt?: string; hash: HashScheme; total?: number },
  pointer: string,
  errors: FieldError[],
): void {
  by.forEach((path, i) => validateAttribute(path, `${pointer}/by/${i}`, errors));
  const space = HASH_SPACES[hash];
  if (space.total !== undefined && (total ?? WEIGHT_TOTAL) !== space.total) {
    errors.push({ pointer: `${pointer}/total`, detail: `must be ${space.total} for the hash ${hash}` });
  }
  if (space.saltIsSeed && (salt === undefined || !SEED_PATTERN.test(salt))) {
    errors.push({
      pointer: `${pointer}/salt`,
      detail: `must be the text of a whole number for the hash ${hash}, such as "42"`,
    });
  }
}

/** Adds a problem if an attribute is the request itself, which cannot be read, or has a reserved name. */
export function validateAttribute(path: AttributePath, pointer: string, errors: FieldError[]): void {
  const isRequest = path === "request" || path === "request." || (path.length === 1 && path[0] === "request");
  if (isRequest)
    errors.push({ pointer, detail: 'is reserved; name an attribute of the request, such as "request.country"' });
  const steps = typeof path === "string" ? [path.replace(/^request\./, "")] : path;
  if (steps.includes(RESERVED_NAME)) errors.push({ pointer, detail: `must not name "${RESERVED_NAME}"` });
}
