/** The JSON Schema of a feature, which GrowthBook keeps beside it. The endpoints of SDKs do not give it. */
import type { FlagType, JsonValue } from "../../../../src/flags/document.ts";
import { validateJsonSchema } from "../../../../src/flags/json-schema/validate-json-schema.ts";
import type { Notes } from "../../lowering/draft.ts";
import { at, type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../lowering/source.ts";

type Schema = Record<string, JsonValue>;

/** Returns the schema if it fits the flag. Otherwise a note says why it is left out. */
export function lowerJsonSchema(
  source: unknown,
  flag: { type: FlagType; variants: Record<string, JsonValue> },
  place: string,
  notes: Notes,
): { jsonSchema?: Schema } {
  if (source === undefined || source === null) return {};
  const { enabled, schemaType, schema: text, simple } = fieldsOf(source);
  const leaveOut = (where: string, reason: string): { jsonSchema?: Schema } => {
    notes.note(where, `the JSON Schema is left out: ${reason}`);
    return {};
  };
  if (enabled === false) return leaveOut(at(place, "enabled"), "it is switched off");
  const isSimple = schemaType === "simple";
  const schema = isSimple ? schemaOfSimple(fieldsOf(simple)) : parsed(textOf(text));
  const where = at(place, isSimple ? "simple" : "schema");
  if (schema === undefined) return leaveOut(where, "it is not a schema in JSON");
  // GrowthBook's editor writes draft 07, in which the supported keywords mean the same.
  const { $schema: _, ...jsonSchema } = schema;
  const [problem] = validateJsonSchema({ ...flag, jsonSchema });
  if (problem !== undefined) return leaveOut(where, `${problem.pointer} ${problem.detail}`);
  return { jsonSchema };
}

function parsed(text: string | undefined): Schema | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isFields(value) ? (value as Schema) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the schema of GrowthBook's simple form: an object of fields, a single value, or a list of either. */
function schemaOfSimple({ type, fields }: Fields): Schema | undefined {
  const all = listOf(fields).map(fieldsOf);
  const [first] = all;
  const form = textOf(type) ?? "";
  if (first === undefined || !/^(?:object|primitive)(?:\[\])?$/.test(form)) return undefined;
  const one = form.startsWith("object") ? objectOf(all) : valueOf(first);
  return form.endsWith("[]") ? { type: "array", items: one } : one;
}

function objectOf(fields: readonly Fields[]): Schema {
  const named = fields.map((field) => [textOf(field["key"]) ?? "", field] as const);
  return {
    type: "object",
    properties: Object.fromEntries(named.map(([name, field]) => [name, valueOf(field)])),
    required: named.filter(([, field]) => field["required"] === true).map(([name]) => name),
    additionalProperties: false,
  };
}

function valueOf({ type, description, enum: values, min, max }: Fields): Schema {
  const note = textOf(description) ?? "";
  const isText = type === "string";
  const name = type === "float" ? "number" : (textOf(type) ?? "string");
  const literals = listOf(values).map((value) => (isText ? String(value) : (numberOf(value) ?? String(value))));
  const bounds = {
    ...(numberOf(min) === undefined ? {} : { [isText ? "minLength" : "minimum"]: numberOf(min) ?? 0 }),
    ...(numberOf(max) === undefined ? {} : { [isText ? "maxLength" : "maximum"]: numberOf(max) ?? 0 }),
  };
  return {
    type: name,
    ...(note === "" ? {} : { description: note }),
    ...(literals.length > 0 ? { enum: literals } : type === "boolean" ? {} : bounds),
  };
}
