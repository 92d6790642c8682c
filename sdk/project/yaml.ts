/** YAML, and therefore JSON, as files contain it: one document whose numbers keep all their digits. */
import {
  isDocument,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
} from "yaml";
import { INEXACT_NUMBER, isInexact, mayBeInexact } from "../../src/flags/formats/exact-numbers.ts";
import { depthProblem, MAX_FILE_LEVELS, tooDeepText } from "../../src/flags/formats/nesting.ts";
import { InvalidFileError } from "./errors.ts";

/** Bounds the mistakes that one message lists. */
const MAX_MISTAKES = 20;

const NOT_JSON = "is not a JSON value (it is, for example, a date or binary data); write it as text";

/**
 * Parses a file. Anchors are limited, because a file of a kilobyte could expand to a gigabyte.
 *
 * @throws InvalidFileError
 */
export function parseYaml(text: string, name: string): unknown {
  const [document = null, ...others] = parseYamlDocuments(text, name);
  if (others.length > 0) {
    throw new InvalidFileError(`${name} contains several documents, separated by ---; put each into a file of its own`);
  }
  return document;
}

/**
 * Parses all documents of a file, without those that are empty, except for the first one.
 *
 * @throws InvalidFileError
 */
export function parseYamlDocuments(text: string, name: string): unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { stringKeys: true, lineCounter: lines });
  const all = "empty" in documents ? [] : documents;
  return all
    .filter(({ contents }, i) => i === 0 || !isScalar(contents) || contents.value !== null)
    .map((document) => valueOf(document, lines, name));
}

type YamlDocument = ReturnType<typeof parseAllDocuments>[number];

function valueOf(document: YamlDocument, lines: LineCounter, name: string): unknown {
  const [broken] = document.errors;
  if (broken?.code === "RESOURCE_EXHAUSTION") throw new InvalidFileError(`${name} ${tooDeepText(MAX_FILE_LEVELS)}`);
  if (broken !== undefined) throw new InvalidFileError(`${name} is neither JSON nor YAML: ${broken.message}`);
  const [unread] = document.warnings;
  if (unread !== undefined) throw new InvalidFileError(`${name} cannot be read as it is written: ${unread.message}`);
  const mistakes = mistakesIn(document, lines);
  if (mistakes.length > 0)
    throw new InvalidFileError(`${name} has errors:${mistakes.map((one) => `\n  ${one}`).join("")}`);
  const value = expandAliases(document, name);
  const problem = depthProblem(value, MAX_FILE_LEVELS);
  if (problem !== undefined) throw new InvalidFileError(`${name} ${problem}`);
  return value;
}

function expandAliases(document: YamlDocument, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 }) as unknown;
  } catch (error) {
    throw new InvalidFileError(`${name} cannot be read: ${(error as Error).message}`);
  }
}

/** Describes, with their places, the values that would change when read and the merge keys, which are not supported. */
function mistakesIn(document: YamlDocument, lines: LineCounter): string[] {
  const mistakes: string[] = [];
  const add = (node: Node, path: readonly unknown[], problem: string): symbol | undefined => {
    const { line } = lines.linePos(node.range?.[0] ?? 0);
    mistakes.push(`${pointerOf([...path, node])} (line ${line}) ${problem}`);
    return mistakes.length < MAX_MISTAKES ? undefined : visit.BREAK;
  };
  visit(document, {
    Collection(_, node, path) {
      const isJson = node.tag === undefined || /:(map|seq)$/.test(node.tag);
      return isJson ? undefined : add(node, path, NOT_JSON);
    },
    Scalar(key, node, path) {
      // JSON has no negative zero, so the deployment would return another number than the file has.
      if (Object.is(node.value, -0)) node.value = 0;
      const isMerge = key === "key" && node.source === "<<" && node.type === "PLAIN";
      const problem = isMerge
        ? "is a merge key, which is not supported; repeat the fields, or use an alias for the whole value"
        : key === "key"
          ? undefined
          : valueProblem(node);
      return problem === undefined ? undefined : add(node, path, problem);
    },
  });
  return mistakes;
}

function valueProblem({ value, source = "" }: Scalar): string | undefined {
  if (typeof value === "object" && value !== null) return NOT_JSON;
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) return `is ${source}; it must be a finite number`;
  // Octal, hexadecimal and the notations of YAML 1.1 are whole numbers too.
  const isWhole = isInexact(source) || (mayBeInexact(value) && (/^[-+]?0[xob]/.test(source) || !/[.e]/i.test(source)));
  return isWhole ? INEXACT_NUMBER : undefined;
}

/** Returns the JSON pointer to the last node of a path of nodes. */
function pointerOf(path: readonly unknown[]): string {
  const steps = path.map((node, i) => {
    const parent = path[i - 1];
    if (isSeq(parent)) return `/${parent.items.indexOf(node)}`;
    if (!isPair(node) || isDocument(parent)) return "";
    const name = isScalar(node.key) ? String(node.key.source ?? node.key.value) : "";
    return isMap(parent) ? `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` : "";
  });
  return steps.join("");
}

/** Writes large floats with an exponent (`1e+17`), because as whole numbers they would be refused when read again. */
export function markLargeNumbers(node: Parameters<typeof visit>[0]): void {
  visit(node, {
    Scalar(_, scalar) {
      const { value } = scalar;
      if (typeof value === "number" && Number.isInteger(value) && mayBeInexact(value)) scalar.format = "EXP";
    },
  });
}
