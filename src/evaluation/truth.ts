import type { JsonValue } from "../flags/document.ts";
import type { EvaluationInput } from "./types.ts";

/** The three truth values of Kleene's logic. A condition on a missing attribute may be neither true nor false. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN;

/** Tests the value of an attribute that is present. */
export type Predicate = (value: JsonValue) => Truth;

export type Test = (input: EvaluationInput) => Truth;

/** Returns a test that is false if one test is false, true if all are true, and otherwise unknown. */
export function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first && tests.length === 1) return first;
  return first && second && tests.length === 2 ? bothOf(first, second) : everyOf(tests);
}

function bothOf(first: Test, second: Test): Test {
  return (input) => {
    const one = first(input);
    if (one === FALSE) return FALSE;
    const other = second(input);
    return one === TRUE || other === FALSE ? other : UNKNOWN;
  };
}

function everyOf(tests: readonly Test[]): Test {
  return (input) => {
    let truth: Truth = TRUE;
    for (const test of tests) {
      const one = test(input);
      if (one === FALSE) return FALSE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

/** Returns a test that is true if one test is true, false if all are false, and otherwise unknown. */
export function anyOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first && tests.length === 1) return first;
  return first && second && tests.length === 2 ? eitherOf(first, second) : someOf(tests);
}

function eitherOf(first: Test, second: Test): Test {
  return (input) => {
    const one = first(input);
    if (one === TRUE) return TRUE;
    const other = second(input);
    return one === FALSE || other === TRUE ? other : UNKNOWN;
  };
}

function someOf(tests: readonly Test[]): Test {
  return (input) => {
    let truth: Truth = FALSE;
    for (const test of tests) {
      const one = test(input);
      if (one === TRUE) return TRUE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

/** Returns the opposite of a test; the opposite of unknown is unknown. */
export function notOf(test: Test): Test {
  return (input) => {
    const truth = test(input);
    return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE;
  };
}
