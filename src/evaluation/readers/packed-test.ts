import type { AttributeCondition, JsonValue } from "../../flags/document.ts";
import { holdsHash, packedProblem, unpack } from "../../flags/hashes/packed-hashes.ts";
import { takesPacked } from "../../flags/value-kinds.ts";
import { CompileError } from "../compile-error.ts";
import { FALSE, TRUE, type Truth } from "../truth.ts";
import { digestBy, NO_DIGEST } from "./readers.ts";

/** Compiles the test of a condition with packed hashes. Throws CompileError. */
export function compilePackedTest(condition: AttributeCondition, invalid: Truth): (value: JsonValue) => Truth {
  const { operator, read, packed, values, caseInsensitive } = condition;
  if (packed === undefined || !takesPacked(operator, read) || typeof read !== "object" || !("sha256" in read))
    throw new CompileError("packed hashes need the reader sha256");
  if (values !== undefined || caseInsensitive) throw new CompileError("packed hashes take no values and no other case");
  if (typeof packed !== "object" || packed === null || Object.keys(packed).length !== 2)
    throw new CompileError("packed must have width and hashes");
  const problem = packedProblem(packed);
  if (problem !== undefined) throw new CompileError(`packed: ${problem.field} ${problem.detail}`);
  const { width } = packed;
  const hashes = unpack(packed);
  const digestOf = digestBy(read);
  return (value) => {
    const digest = digestOf(value);
    if (digest === undefined) return invalid;
    return digest !== NO_DIGEST && holdsHash(hashes, width, digest) ? TRUE : FALSE;
  };
}
