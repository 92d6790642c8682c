import { LIMITS } from "../../flags/limits.ts";
import type { Reference } from "../../flags/references.ts";
import { InvalidInputError, type FieldError } from "../../ops/errors.ts";

/** A reference that a write would break, as check_references() (migrations/functions/check-references.sql) reports it. */
export interface ReferenceProblem {
  /** The document that names it: `flag:<key>` or `segment:<key>`. */
  node: string;
  problem?: "unknown" | "unknown_variant" | "too_many_tests";
  /** What it names. */
  reference?: string;
  variant?: string;
  /** Conditions that one evaluation of `node` would test. */
  tests?: number;
  /** What still uses `node`, which is gone. */
  by?: string;
}

/** The database refused a write for what it refers to. `writtenDocuments` turns it into pointers. */
export class BrokenReferenceError extends InvalidInputError {
  readonly problems: ReferenceProblem[];
  /** Nodes around a cycle, the first one again at the end. */
  readonly cycle: string[] | undefined;

  constructor(message: string, problems: ReferenceProblem[], cycle?: string[]) {
    super([{ pointer: "", detail: message }]);
    this.problems = problems;
    this.cycle = cycle;
  }
}

/** A document of the write, and where in the caller's input it stands. */
export interface WrittenDocument {
  /** `flag:<key>` or `segment:<key>`. */
  node: string;
  /** JSON pointer of the document in the input. */
  base: string;
  /** Pointers relative to `base`. */
  references: Reference[];
}

/** The same error with pointers into what the caller wrote; other errors as they are. */
export function pointAtReferences(error: unknown, written: readonly WrittenDocument[]): unknown {
  if (!(error instanceof BrokenReferenceError)) return error;
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
    // Another document needs what this write takes away, or a flag serves a variant that it lacks.
    const target = documents.get(reference);
    const pointer = target ? `${target.base}/variants` : "";
    return [{ pointer, detail: node === reference ? missing : `${missing}, which ${label(node)} names` }];
  }
  const places = document.references.filter(
    ({ kind, name, variants }) =>
      `${kind}:${name}` === reference && (variant === undefined || variants?.includes(variant)),
  );
  return places.map(({ pointer }) => ({ pointer: document.base + pointer, detail: missing }));
}

/** The flag that was written, or, where that is another one, the document that it depends on. */
function pointAtExcess({ node, tests }: ReferenceProblem, written: readonly WrittenDocument[]): FieldError[] {
  const document = written.find((one) => one.node === node) ?? written[0];
  if (!document) return [];
  const field = document.node.startsWith("segment:") ? "/condition" : "/rules";
  const most = LIMITS.testsPerEvaluation;
  const detail = `one evaluation of ${label(node)} would make ${tests} tests, segments and other flags included; at most ${most} are accepted`;
  return [{ pointer: document.base + field, detail }];
}

function nameOf(node: string): string {
  return node.slice(node.indexOf(":") + 1);
}

function label(node: string): string {
  return `${node.slice(0, node.indexOf(":"))} "${nameOf(node)}"`;
}
