import type { ESTree } from "vite";
import type { Finding } from "./passage.ts";

/** The title of one test, or of one block of tests. */
export interface TestTitle {
  readonly of: "test" | "describe";
  readonly text: string;
  readonly line: number;
}

const CALLS = new Map<string, TestTitle["of"]>([
  ["it", "test"],
  ["test", "test"],
  ["describe", "describe"],
  ["suite", "describe"],
]);

const MAX_TITLE = 90;

/** Returns the title in a call such as `it("…")`, `test.for([…])("…")` or `describe.each([…])("…")`, if it is one. */
export function testTitle(
  call: ESTree.CallExpression,
  source: string,
): { of: TestTitle["of"]; text: string; start: number; end: number } | undefined {
  const of = CALLS.get(calledName(call.callee));
  const [first] = call.arguments;
  if (of === undefined || first === undefined) return undefined;
  const text = constantText(first, source);
  return text === undefined ? undefined : { of, text, start: first.start, end: first.end };
}

/** The name at the root of `test`, `test.for(…)`, `test.skipIf(…)` and a template such as test.each`…`. */
function calledName(callee: ESTree.Expression): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression") return calledName(callee.object);
  if (callee.type === "CallExpression") return calledName(callee.callee);
  return callee.type === "TaggedTemplateExpression" ? calledName(callee.tag) : "";
}

/** The text of a literal, a template or a sum of them. An expression in a template counts as it is written. */
function constantText(node: ESTree.Argument | ESTree.PrivateInExpression["left"], source: string): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type === "TemplateLiteral") return source.slice(node.start + 1, node.end - 1);
  if (node.type !== "BinaryExpression" || node.operator !== "+") return undefined;
  const left = constantText(node.left, source);
  const right = constantText(node.right, source);
  return left === undefined || right === undefined ? undefined : left + right;
}

/** Finds titles that are too long, or that an earlier test or block of the same file has already. */
export function checkTitles(titles: readonly TestTitle[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  for (const { of, text, line } of titles) {
    const { length } = text;
    if (length > MAX_TITLE) {
      findings.push({ rule: "title", line, message: `the title has ${length} characters; the limit is ${MAX_TITLE}` });
    }
    const key = `${of} ${text}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, line);
    else findings.push({ rule: "title", line, message: `line ${earlier} has the same ${of} title` });
  }
  return findings;
}
