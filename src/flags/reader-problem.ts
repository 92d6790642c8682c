import type { AttributeCondition, Reader } from "./document.ts";
import { READER_OPERATORS, readerName, readersOf } from "./value-kinds.ts";

/** Returns the problem with the reader of a condition, or `undefined` if the operator takes it or there is none. */
export function readProblem({ operator, read }: AttributeCondition): string | undefined {
  const name = readerName(read);
  if (name === undefined) return undefined;
  if (READER_OPERATORS[name].includes(operator)) return bothEndsProblem(read);
  const accepted = readersOf(operator);
  const others = accepted.length > 0 ? `; ${operator} takes ${accepted.join(", ")}` : "";
  return `is not allowed with ${operator}: ${name} is for ${READER_OPERATORS[name].join(", ")}${others}`;
}

function bothEndsProblem(read: Reader | undefined): string | undefined {
  const hasBoth = typeof read === "object" && "sha256" in read && read.first !== undefined && read.last !== undefined;
  return hasBoth ? "must have first or last, not both; use two conditions" : undefined;
}
