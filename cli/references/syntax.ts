/** Finds the texts of a TypeScript or JavaScript file that may be flag keys, in its syntax tree. */
import type { Node } from "@babel/types";

/** The methods and hooks that evaluate the flag which their first argument names. */
const EVALUATIONS =
  /^(?:get|use|useSuspense)(?:Boolean|String|Number|Object)(?:Flag)?(?:Value|Details)$|^use(?:Suspense)?Flag$/;
/** Methods of burgee/provider and burgee/binding. Other libraries have methods of these names with one argument. */
const SHORT_EVALUATIONS = /^(?:boolean|string|number|object|details|isEnabled|isFeatureEnabled)$/;

/** The parts of a file that can name flags. */
export interface SyntaxFacts {
  /** Texts that are values: arguments, constants, fields, keys of objects. */
  literals: string[];
  /** Top-level constants by name: `KEY` or `KEYS.checkout`. */
  constants: Map<string, string>;
  /** Names of constants where they are used: `KEY` or `KEYS.checkout`. */
  uses: string[];
  /** Imported names: the local one, and where it comes from. */
  imports: Map<string, { from: string; name: string }>;
  /** The first arguments of evaluations. */
  evaluated: ({ text: string } | { use: string })[];
}

/** A node whose type is not known. */
type AnyNode = Node & Record<string, unknown>;

const IGNORED = new Set([
  "ImportDeclaration",
  "ExportAllDeclaration",
  "Directive",
  "JSXText",
  "TSExternalModuleReference",
]);

/** @throws SyntaxError if the file cannot be parsed */
export async function readSyntax(text: string, isJavaScript: boolean, hasJsx: boolean): Promise<SyntaxFacts> {
  // The parser is a third of the command's size, so only this command loads it.
  const { parse } = await import("@babel/parser");
  const tree = parse(text, {
    sourceType: "unambiguous",
    allowReturnOutsideFunction: true,
    errorRecovery: true,
    createImportExpressions: true,
    plugins: [
      isJavaScript ? "flow" : "typescript",
      ...(hasJsx ? (["jsx"] as const) : []),
      "decorators",
      "explicitResourceManagement",
    ],
  });
  const facts: SyntaxFacts = { literals: [], constants: new Map(), uses: [], imports: new Map(), evaluated: [] };
  for (const statement of tree.program.body) readTopLevel(statement as AnyNode, facts);
  visit(tree.program as unknown as AnyNode, undefined, facts);
  return facts;
}

/** Records imports and constants. */
function readTopLevel(node: AnyNode, facts: SyntaxFacts): void {
  if (node.type === "ImportDeclaration") {
    for (const one of node.specifiers) {
      const name =
        one.type === "ImportSpecifier"
          ? nameOf(one.imported as AnyNode)
          : one.type === "ImportNamespaceSpecifier"
            ? "*"
            : "default";
      facts.imports.set(one.local.name, { from: node.source.value, name });
    }
  }
  if (node.type === "ExportNamedDeclaration" && node.declaration) readTopLevel(node.declaration as AnyNode, facts);
  if (node.type === "VariableDeclaration" && node.kind === "const") {
    for (const { id, init } of node.declarations)
      if (id.type === "Identifier" && init) readConstant(id.name, plain(init as AnyNode), facts);
  }
  if (node.type === "TSEnumDeclaration") {
    for (const member of (node as unknown as { body?: { members: AnyNode[] }; members?: AnyNode[] }).body?.members ??
      node.members ??
      []) {
      const { id, initializer } = member as unknown as { id: AnyNode; initializer?: AnyNode };
      const value = initializer && textOf(initializer);
      if (value !== undefined) facts.constants.set(`${node.id.name}.${nameOf(id)}`, value);
    }
  }
}

function readConstant(name: string, value: AnyNode, facts: SyntaxFacts): void {
  const text = textOf(value);
  if (text !== undefined) facts.constants.set(name, text);
  if (value.type !== "ObjectExpression") return;
  for (const property of value.properties) {
    if (property.type !== "ObjectProperty" || property.computed) continue;
    const field = textOf(plain(property.value as AnyNode));
    if (field !== undefined) facts.constants.set(`${name}.${nameOf(property.key as AnyNode)}`, field);
  }
}

function visit(node: AnyNode, parent: AnyNode | undefined, facts: SyntaxFacts): void {
  if (IGNORED.has(node.type)) return;
  if (node.type.startsWith("TS") && !WITH_VALUES.test(node.type)) return visitType(node, facts);
  const text = textOf(node);
  if (text !== undefined) return void facts.literals.push(text);
  const use = useOf(node);
  if (use !== undefined && !isName(node, parent)) {
    facts.uses.push(use);
    if (node.type === "MemberExpression") return;
  }
  if (node.type === "CallExpression" || node.type === "OptionalCallExpression") {
    if (useOf(node.callee as AnyNode) === "require") return;
    readCall(node, facts);
  }
  for (const one of childrenOf(node)) visit(one, node, facts);
}

function childrenOf(node: AnyNode): AnyNode[] {
  // Modules have names too.
  const isModule = node.type.startsWith("Export") || node.type === "ImportExpression";
  return Object.entries(node).flatMap(([name, child]) => {
    if (name === "extra" || name.endsWith("Comments") || (isModule && name === "source")) return [];
    return (Array.isArray(child) ? (child as unknown[]) : [child]).filter(isNode);
  });
}

/** Types that are part of an expression or a declaration with values in it. */
const WITH_VALUES = /^TS(?:As|Satisfies|NonNull|TypeAssertion|Enum|ParameterProperty|Export|Instantiation|Module)/;

/** Records the keys in types such as `FlagValues["checkout"]`. Other texts in types are no keys. */
function visitType(node: AnyNode, facts: SyntaxFacts): void {
  if (node.type === "TSIndexedAccessType" && node.indexType.type === "TSLiteralType") {
    const text = textOf(node.indexType.literal as AnyNode);
    if (text !== undefined) facts.literals.push(text);
  }
  for (const one of childrenOf(node)) visitType(one, facts);
}

function readCall(node: AnyNode & { callee: unknown; arguments: unknown[] }, facts: SyntaxFacts): void {
  const callee = node.callee as AnyNode;
  const isMember = callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression";
  const name = nameOf((isMember ? callee.property : callee) as AnyNode);
  const [first] = node.arguments as AnyNode[];
  const isEvaluation =
    EVALUATIONS.test(name) || (isMember && node.arguments.length >= 2 && SHORT_EVALUATIONS.test(name));
  if (first === undefined || !isEvaluation) return;
  const [text, use] = [textOf(plain(first)), useOf(plain(first))];
  if (text !== undefined) facts.evaluated.push({ text });
  else if (use !== undefined) facts.evaluated.push({ use });
}

/** Returns the name of a constant that the node can stand for. */
function useOf(node: AnyNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed || node.object.type !== "Identifier") return undefined;
  return `${node.object.name}.${nameOf(node.property as AnyNode)}`;
}

/** Whether an identifier declares something or names a property, so that it is no use of a constant. */
function isName(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  const fields = parent as unknown as Record<string, unknown>;
  if (parent.type.startsWith("Export") || parent.type === "TSEnumMember") return true;
  if (fields["id"] === node || fields["label"] === node) return true;
  return fields["key"] === node && fields["computed"] !== true && fields["shorthand"] !== true;
}

/** Returns the expression inside `as const` and the like. */
function plain(node: AnyNode): AnyNode {
  const wraps = [
    "TSAsExpression",
    "TSSatisfiesExpression",
    "TSNonNullExpression",
    "TSTypeAssertion",
    "ParenthesizedExpression",
  ];
  if (wraps.includes(node.type)) return plain(node["expression"] as AnyNode);
  const isFrozen = node.type === "CallExpression" && useOf(node.callee as AnyNode) === "Object.freeze";
  return isFrozen ? plain(node.arguments[0] as AnyNode) : node;
}

/** Returns the text of a literal. */
function textOf(node: AnyNode): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  const [only] = node.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis : [];
  return only?.value.cooked ?? undefined;
}

function nameOf(node: AnyNode): string {
  return node.type === "Identifier" ? node.name : (textOf(node) ?? "");
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
