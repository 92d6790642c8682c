import { LIMITS } from "../../flags/limits.ts";
import type { Reference } from "../../flags/references.ts";
import { InvalidInputError, type FieldError } from "../../ops/errors.ts";

/** A reference that a write would break, as migrations/functions/check-references.sql reports it. */
export interface ReferenceProblem {
  /** The document that contains the reference: `flag:<key>` or `segment:<key>`. */
  node: string;
  problem?: "unknown" | "unknown_variant" | "too_many_tests";
  /** The node that the reference names. */
  reference?: string;
  variant?: string;
  /** The number of tests that one evaluation of `node` would make. */
  tests?: number;
  /** The document that still uses `node`, which is gone. */
  by?: string;
}

/** The database refused a write because of its references. `pointAtReferences` adds the pointers. */
export class BrokenReferenceError extends InvalidInputError {
  readonly problems: ReferenceProblem[];
  /** The nodes of a cycle. The first one is repeated at the end. */
  readonly cycle: string[] | undefined;

  constructor(message: string, problems: ReferenceProblem[], cycle?: string[]) {
    super([{ pointer: "", detail: message }]);
    this.problems = problems;
    this.cycle = cycle;
  }
}

/** The database reports at most this many problems, so there may be more of them. */
const MAX_PROBLEMS = 20;

/** Returns a message that names every known user of the first document that was to be deleted. */
export function stillUsedText(problems: readonly ReferenceProblem[]): string | undefined {
  const node = problems[0]?.node;
  const users = problems.flatMap((problem) => (problem.node === node && problem.by ? [label(problem.by)] : []));
  if (node === undefined || users.length === 0) return undefined;
  const isComplete = problems.length < MAX_PROBLEMS;
  return `${label(node)} is still used by ${users.join(", ")}${isComplete ? "" : " and maybe others"}`;
}

/** A document of the write, and its place in the caller's input. */
export interface WrittenDocument {
  /** `flag:<key>` or `segment:<key>`. */
  node: string;
  /** JSON pointer to the document in the input. */
  base: string;
  /** Pointers relative to `base`. */
  references: Reference[];
}

/** Returns a reference error with pointers into the caller's input, and any other error as it is. */
export function pointAtReferences(error: unknown, written: readonly WrittenDocument[]): unknown {
  // A write that sends no documents has only the database's message, which names the environment.
  if (!(error instanceof BrokenReferenceError) || written.length === 0) return error;
  const documents = new Map(written.map((document) => [document.node, document]));
  const found = error.cycle
    ? pointAtCycle(error.cycle, documents, error.message)
    : error.problems.flatMap((problem) =>
        problem.problem === "too_many_tests" ? pointAtExcess(problem, written) : pointAtProblem(problem, documents),
      );
  return found.length > 0 ? new InvalidInputError(found) : error;
}

function pointAtCycle(cycle: string[], documents: Map<string, WrittenDocument>, message: string): FieldError[] {
  const path = cycle.map(nameOf).join(" → ");
  for (const [i, node] of cycle.entries()) {
    const document = documents.get(node);
    const next = cycle[i + 1];
    const reference = document?.references.find((candidate) => `${candidate.kind}:${candidate.name}` === next);
    if (document && reference)
      return [{ pointer: document.base + reference.pointer, detail: `makes a cycle: ${path}` }];
  }
  return [{ pointer: "", detail: message }];
}

function pointAtProblem(problem: ReferenceProblem, documents: Map<string, WrittenDocument>): FieldError[] {
  const { node, reference = "", variant } = problem;
  const missing =
    problem.problem === "unknown"
      ? `${label(reference)} does not exist in this environment`
      : `${label(reference)} has no variant "${variant}"`;
  const document = documents.get(node);
  if (!document || node === reference) {
    // Another document needs a variant or document that this write removes, or a flag serves a variant that it lacks.
    const target = documents.get(reference);
    const pointer = target ? `${target.base}/variants` : "";
    return [{ pointer, detail: node === reference ? missing : `${missing}, but ${label(node)} refers to it` }];
  }
  const places = document.references.filter(
    ({ kind, name, variants }) =>
      `${kind}:${name}` === reference && (variant === undefined || variants?.includes(variant)),
  );
  return places.map(({ pointer }) => ({ pointer: document.base + pointer, detail: missing }));
}

/** Points at the document with too many tests if this write contains it, else at the first document of the write. */
function pointAtExcess({ node, tests }: ReferenceProblem, written: readonly WrittenDocument[]): FieldError[] {
  const document = written.find((one) => one.node === node) ?? written[0];
  if (!document) return [];
  const field = document.node.startsWith("segment:") ? "/condition" : "/rules";
  const most = LIMITS.testsPerEvaluation;
  const detail = `one evaluation of ${label(node)} would make ${tests} tests, including those of segments and other flags; at most ${most} are allowed`;
  return [{ pointer: document.base + field, detail }];
}

function nameOf(node: string): string {
  return node.slice(node.indexOf(":") + 1);
}

function label(node: string): string {
  return `${node.slice(0, node.indexOf(":"))} "${nameOf(node)}"`;
}
