/**
 * The checks of flags and segments that need no server, so that a mistake is at its field before the review. The code
 * loads on first use, because it brings the pattern engine. If it cannot be loaded, the API finds the problems.
 */
import type { Flag, SegmentInput } from "../../../../sdk/client/contract.ts";
import type * as Parse from "../../../../src/flags/parse.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { referenceProblems } from "./reference-check.ts";

/** Returns the problems of a flag, as the API would. `others` are the flags of the environment. */
export async function flagProblemsOf(flag: Flag, others: readonly Flag[]): Promise<readonly Problem[]> {
  const references = referenceProblems(flag, others);
  return [...(await problemsOf((parse) => parse.parseFlagInput(asSent(flag)))), ...references];
}

/** Returns the problems of a segment, as the API would. */
export function segmentProblemsOf(segment: SegmentInput): Promise<readonly Problem[]> {
  return problemsOf((parse) => parse.parseSegmentInput(asSent(segment)));
}

async function problemsOf(check: (parse: typeof Parse) => unknown): Promise<readonly Problem[]> {
  try {
    check(await import("../../../../src/flags/parse.ts"));
    return [];
  } catch (error) {
    return error instanceof Error && "errors" in error ? (error.errors as Problem[]) : [];
  }
}

/** Returns what the API would receive. JSON leaves out a field that has been emptied. */
function asSent(input: object): unknown {
  return JSON.parse(JSON.stringify(input));
}
