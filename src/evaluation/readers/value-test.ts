import type { AttributeCondition, JsonValue } from "../../flags/document.ts";
import { WITHOUT_EACH } from "../../flags/value-kinds.ts";
import { CompileError } from "../compile-error.ts";
import { compilePredicate } from "../operators.ts";
import { FALSE, type Predicate, TRUE, type Truth, UNKNOWN } from "../truth.ts";
import { compilePackedTest } from "./packed-test.ts";
import { compileReader, type Read } from "./readers.ts";

/** Tests the value of an attribute that is present, at a time (ms since epoch). */
export type ValueTest = (value: JsonValue, now: number) => Truth;

/** Compiles a condition's test of its attribute, with its reader and for each element if it has `each`. */
export function compileValueTest(condition: AttributeCondition, invalid: Truth): ValueTest {
  const { operator, packed, each } = condition;
  const one = packed === undefined ? compileOneTest(condition, invalid) : compilePackedTest(condition, invalid);
  if (typeof (each ?? false) !== "boolean") throw new CompileError("each must be true or false");
  if (!each) return one;
  if (WITHOUT_EACH.has(operator)) throw new CompileError(`${operator} does not take each`);
  return testOfEach(one);
}

function compileOneTest(condition: AttributeCondition, invalid: Truth): ValueTest {
  const test = compilePredicate(condition, invalid);
  const read = condition.read === undefined ? undefined : compileReader(condition.read);
  return read === undefined ? test : testOfRead(read, test, invalid);
}

function testOfRead(read: Read, test: Predicate, invalid: Truth): ValueTest {
  return (value, now) => {
    const scalar = read(value, now);
    return scalar === undefined ? invalid : test(scalar);
  };
}

function testOfEach(test: ValueTest): ValueTest {
  return (value, now) => {
    if (!Array.isArray(value)) return test(value, now);
    let truth: Truth = FALSE;
    for (const element of value) {
      const one = test(element, now);
      if (one === TRUE) return TRUE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}
