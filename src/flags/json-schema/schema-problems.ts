import type { FieldError } from "../../ops/errors.ts";
import { compilePattern, PatternError } from "../formats/pattern.ts";
import { LIMITS } from "../limits.ts";
import { escapePointer, jsonBytes } from "../validate.ts";
import {
  DIALECT,
  IN_PLACE,
  KEYWORDS,
  type KeywordForm,
  referencedName,
  REPLACEMENTS,
  type SchemaObject,
  SCHEMA_TYPES,
  type TypeName,
} from "./keywords.ts";

/**
 * Returns the problems of a flag's schema, with pointers into it. A schema without problems can check any value in
 * bounded depth. The pattern engine must be loaded.
 */
export function schemaProblems(schema: unknown): FieldError[] {
  if (!isObject(schema)) return [{ pointer: "", detail: "must be an object with keywords of JSON Schema" }];
  const bytes = jsonBytes(schema);
  if (bytes > LIMITS.schemaBytes)
    return [{ pointer: "", detail: `is ${bytes} bytes as JSON; at most ${LIMITS.schemaBytes} are accepted` }];
  const reader = new SchemaReader(schema);
  reader.read(schema, "", 1);
  if (reader.errors.length === 0) reader.refuseLoops();
  return reader.errors;
}

type Fields = Record<string, unknown>;

class SchemaReader {
  readonly errors: FieldError[] = [];
  readonly #definitions: Fields;
  /** For each schema, by its pointer, those that apply to the same value. */
  readonly #inPlace = new Map<string, string[]>();
  #count = 0;
  #patternSize = 0;

  constructor(root: Fields) {
    this.#definitions = isObject(root["$defs"]) ? root["$defs"] : {};
  }

  read(schema: unknown, pointer: string, depth: number): void {
    this.#count++;
    if (this.#count === LIMITS.subschemas + 1)
      this.#refuse(pointer, `is schema number ${this.#count}; at most ${LIMITS.subschemas} are accepted`);
    if (depth > LIMITS.schemaDepth) {
      this.#refuse(pointer, `is nested too deeply; at most ${LIMITS.schemaDepth} levels of schemas are accepted`);
      return;
    }
    if (typeof schema === "boolean") return;
    if (!isObject(schema)) {
      this.#refuse(pointer, "must be a schema: an object, true or false");
      return;
    }
    for (const [keyword, value] of Object.entries(schema)) {
      const place = `${pointer}/${escapePointer(keyword)}`;
      const form = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      if (form === undefined) this.#refuse(place, unsupportedText(keyword));
      else this.#readKeyword({ keyword, form, value, place, pointer, depth });
    }
  }

  #readKeyword({ keyword, form, value, place, pointer, depth }: Keyword): void {
    if (keyword === "$defs" && pointer !== "") this.#refuse(place, ONLY_AT_THE_TOP);
    const children: string[] = [];
    const child = (schema: unknown, at: string) => {
      children.push(at);
      this.read(schema, at, depth + 1);
    };
    if (form === "schema") child(value, place);
    else if (form === "schemas") {
      if (!Array.isArray(value) || value.length === 0) this.#refuse(place, "must be a list with at least one schema");
      else value.forEach((schema, i) => child(schema, `${place}/${i}`));
    } else if (form === "map of schemas" || form === "schemas by pattern") {
      if (!isObject(value)) this.#refuse(place, "must be an object of schemas by name");
      else
        for (const [name, schema] of Object.entries(value)) {
          const at = `${place}/${escapePointer(name)}`;
          if (form === "schemas by pattern") this.#readPattern(name, at);
          child(schema, at);
        }
    } else if (form === "reference") this.#readReference(value, place, children);
    else if (form === "pattern" && typeof value === "string") this.#readPattern(value, place);
    else if (TOP_ONLY.has(keyword) && pointer !== "") this.#refuse(place, ONLY_AT_THE_TOP);
    else if (!VALUE_FORMS[form].accepts(value)) this.#refuse(place, `must be ${VALUE_FORMS[form].rule}`);
    if (IN_PLACE.has(keyword)) this.#inPlace.set(pointer, [...(this.#inPlace.get(pointer) ?? []), ...children]);
  }

  #readReference(value: unknown, place: string, children: string[]): void {
    const name = typeof value === "string" ? referencedName(value) : undefined;
    if (name === undefined) {
      this.#refuse(place, 'must be "#" or "#/$defs/NAME": a schema refers only to itself');
    } else if (name === "") children.push("");
    else if (Object.hasOwn(this.#definitions, name)) children.push(`/$defs/${escapePointer(name)}`);
    else {
      const known = Object.keys(this.#definitions).slice(0, MAX_NAMES).join(", ");
      this.#refuse(place, `refers to "${name}", which is not in $defs${known === "" ? "" : ` (it has ${known})`}`);
    }
  }

  #readPattern(pattern: string, place: string): void {
    if (pattern.length > LIMITS.textLength) {
      this.#refuse(place, `must not exceed ${LIMITS.textLength} characters`);
      return;
    }
    if (this.#patternSize > LIMITS.schemaPatternSize) return;
    try {
      this.#patternSize += compilePattern(pattern, false).programSize();
      if (this.#patternSize > LIMITS.schemaPatternSize)
        this.#refuse(place, "makes the patterns of the schema too large; use smaller counts of repetitions");
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#refuse(place, `must be a pattern in RE2 syntax: ${error.message}`);
    }
  }

  /** Refuses schemas that apply themselves to the same value, which would never end. */
  refuseLoops(): void {
    const done = new Set<string>();
    const open = new Set<string>();
    const visit = (pointer: string): void => {
      if (done.has(pointer)) return;
      if (open.has(pointer)) {
        this.#refuse(pointer, "refers to itself without a step into the value");
        return;
      }
      open.add(pointer);
      for (const next of this.#inPlace.get(pointer) ?? []) if (this.errors.length === 0) visit(next);
      open.delete(pointer);
      done.add(pointer);
    };
    const outermostFirst = [...this.#inPlace.keys()].toSorted((a, b) => a.length - b.length);
    for (const pointer of outermostFirst) if (this.errors.length === 0) visit(pointer);
  }

  #refuse(pointer: string, detail: string): void {
    if (this.errors.length < LIMITS.schemaErrors) this.errors.push({ pointer, detail });
  }
}

interface Keyword {
  keyword: string;
  form: KeywordForm;
  value: unknown;
  /** The pointer to the keyword. */
  place: string;
  /** The pointer to the schema that contains it. */
  pointer: string;
  depth: number;
}

const MAX_NAMES = 10;
const TOP_ONLY: ReadonlySet<string> = new Set(["$schema", "$id"]);
const ONLY_AT_THE_TOP = "is accepted only at the top of the schema";

function unsupportedText(keyword: string): string {
  const replacement = Object.hasOwn(REPLACEMENTS, keyword) ? REPLACEMENTS[keyword] : undefined;
  const what = `"${keyword}" is not a keyword that schemas of flags support`;
  return `${what}; ${replacement ?? `the keywords are ${Object.keys(KEYWORDS).join(", ")}`}`;
}

/** The values of the keywords that contain no schema. */
const VALUE_FORMS: Record<
  Exclude<KeywordForm, "schema" | "schemas" | "map of schemas" | "schemas by pattern" | "reference">,
  { rule: string; accepts: (value: unknown) => boolean }
> = {
  any: { rule: "a JSON value", accepts: () => true },
  boolean: { rule: "true or false", accepts: (value) => typeof value === "boolean" },
  count: {
    rule: "a whole number from 0",
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  dialect: { rule: `"${DIALECT}"`, accepts: (value) => value === DIALECT || value === `${DIALECT}#` },
  list: { rule: "a list", accepts: Array.isArray },
  names: { rule: "a list of names, each once", accepts: isListOfText },
  number: { rule: "a number", accepts: (value) => typeof value === "number" },
  pattern: { rule: "text", accepts: (value) => typeof value === "string" },
  "positive number": { rule: "a number above 0", accepts: (value) => typeof value === "number" && value > 0 },
  text: { rule: "text", accepts: (value) => typeof value === "string" },
  type: { rule: `one of ${SCHEMA_TYPES.join(", ")}, or a list of them`, accepts: isType },
  values: {
    rule: "a list with at least one value",
    accepts: (value) => Array.isArray(value) && value.length > 0,
  },
};

function isListOfText(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((item) => typeof item === "string") && new Set(value).size === value.length;
}

function isType(value: unknown): boolean {
  const names: unknown[] = Array.isArray(value) ? value : [value];
  const isKnown = (name: unknown) => SCHEMA_TYPES.includes(name as TypeName);
  return names.length > 0 && names.every(isKnown) && new Set(names).size === names.length;
}

function isObject(value: unknown): value is Fields & SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
