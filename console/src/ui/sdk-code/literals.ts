/** The text of a flag's value, key and accessor in each language. */
import type { FlagType } from "../../state/flags/variant-values.ts";

export interface Subject {
  /** The address of the deployment. */
  url: string;
  environment: string;
  flag: string;
  type: FlagType;
  /** The value that code uses when an evaluation fails. */
  fallback: unknown;
  /** The SDK key of the code, with its secret if that is known. */
  key?: { kind: "client" | "server"; secret: string | undefined };
}

/** The value of code for a flag that has none of its own. */
export const EMPTY: Record<FlagType, unknown> = {
  boolean: false,
  string: "",
  integer: 0,
  float: 0,
  object: {},
  json: {},
};

type Kind = "boolean" | "string" | "integer" | "float" | "object";

/** A flag of the type `json` is read like one of the type `object`. */
export function kindOf({ type }: Pick<Subject, "type">): Kind {
  return type === "json" ? "object" : type;
}

/** The name of a kind in an accessor, such as `Number` in `getNumberValue`. */
export const JS_NAMES: Record<Kind, string> = {
  boolean: "Boolean",
  string: "String",
  integer: "Number",
  float: "Number",
  object: "Object",
};
export const GO_NAMES: Record<Kind, string> = {
  boolean: "Boolean",
  string: "String",
  integer: "Int",
  float: "Float",
  object: "Object",
};
/** In Java, Kotlin, Swift and .NET. */
export const TYPED_NAMES: Record<Kind, string> = {
  boolean: "Boolean",
  string: "String",
  integer: "Integer",
  float: "Double",
  object: "Object",
};

/** Returns text in double quotes, as JavaScript, Python, Go, Java, Swift and C# read it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** In Kotlin, a dollar sign begins a template. */
export function quotedInKotlin(text: string): string {
  return quoted(text).replaceAll("$", "\\$");
}

export function quotedInShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function jsLiteral({ fallback }: Subject): string {
  return JSON.stringify(fallback);
}

export function pythonLiteral(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${entriesOf(value, pythonLiteral).join(", ")}}`;
}

export function goLiteral(value: unknown): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return `[]any{${value.map(goLiteral).join(", ")}}`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `map[string]any{${entriesOf(value, goLiteral).join(", ")}}`;
}

function entriesOf(value: object, literal: (value: unknown) => string): string[] {
  return Object.entries(value).map(([name, part]) => `${quoted(name)}: ${literal(part)}`);
}

/** Returns the literal of a value for a language with a type of its own for objects, whose empty one is `object`. */
export function typedLiteral(subject: Subject, object: string, quote: (text: string) => string = quoted): string {
  const { fallback } = subject;
  if (kindOf(subject) === "object") return object;
  return typeof fallback === "string" ? quote(fallback) : withPoint(subject, JSON.stringify(fallback));
}

/** A number of a float flag keeps its decimal point, because most languages read `10` as a whole number. */
export function withPoint(subject: Subject, text: string): string {
  return kindOf(subject) === "float" && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
