import type { EvaluationInput } from "./types.ts";

/** Three truth values (Kleene): a condition on something missing may be neither true nor false. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN;

export type Test = (input: EvaluationInput) => Truth;

/** False when one is false, true when all are true, else unknown. */
export function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first && tests.length === 1) return first;
  if (first && second && tests.length === 2) {
    return (input) => {
      const one = first(input);
      if (one === FALSE) return FALSE;
      const other = second(input);
      return one === TRUE || other === FALSE ? other : UNKNOWN;
    };
  }
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

/** True when one is true, false when all are false, else unknown. */
export function anyOf(tests: readonly Test[]): Test {
  const [first] = tests;
  if (first && tests.length === 1) return first;
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

/** Unknown stays unknown. */
export function notOf(test: Test): Test {
  return (input) => {
    const truth = test(input);
    return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE;
  };
}
