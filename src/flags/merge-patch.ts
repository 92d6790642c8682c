import type { GenericSchema } from "valibot";
import type { JsonValue } from "./document.ts";

/**
 * Applies a JSON merge patch (RFC 7396): objects are merged, null removes, and everything else replaces. Pure.
 *
 * @param schema the schema of the target. Where it has a union of objects, such as the forms of a serve, a patch with
 *   another form than the target's replaces the target: the merge would mix two forms, and no schema accepts that.
 *   A field that accepts any value is replaced as a whole: `null` inside a fallback or a JSON Schema is a value.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue, schema?: GenericSchema): JsonValue {
  if (!isObject(patch)) return patch;
  const forms = formsOf(schema);
  const merged: JsonObject = isObject(target) && !hasOtherForm(forms, target, patch) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else {
      const before = Object.hasOwn(merged, name) ? merged[name] : undefined;
      const inner = forms.find((form) => Object.hasOwn(form, name))?.[name];
      merged[name] = isOpaque(inner) ? value : mergePatch(before, value, inner);
    }
  }
  return merged;
}

type JsonObject = Record<string, JsonValue>;
type Form = Readonly<Record<string, GenericSchema>>;

/** The parts of valibot's schemas that lead to the fields of an object. */
interface Parts {
  entries?: Form;
  options?: readonly GenericSchema[];
  wrapped?: GenericSchema;
  getter?: (input: unknown) => GenericSchema;
}

function isOpaque(schema: GenericSchema | undefined): boolean {
  const { type, wrapped } = (schema ?? {}) as Parts & Partial<GenericSchema>;
  return type === "any" || (wrapped !== undefined && isOpaque(wrapped));
}

/** Returns the fields of each object that the schema accepts. */
function formsOf(schema: GenericSchema | undefined): readonly Form[] {
  if (schema === undefined) return [];
  const { entries, options, wrapped, getter } = schema as Parts;
  if (entries !== undefined) return [entries];
  if (options !== undefined) return options.flatMap(formsOf);
  return formsOf(wrapped ?? getter?.(undefined));
}

/** Whether the patch names another form than the target's, or several, which the validation then refuses by name. */
function hasOtherForm(forms: readonly Form[], target: JsonObject, patch: JsonObject): boolean {
  if (forms.length < 2) return false;
  const [wanted, ...others] = namedForms(forms, patch);
  const current = namedForms(forms, target);
  return wanted !== undefined && (others.length > 0 || (current.length > 0 && !current.includes(wanted)));
}

/** Returns the forms of which the object has a field that no other form has. */
function namedForms(forms: readonly Form[], object: JsonObject): Form[] {
  const names = Object.keys(object).filter((name) => object[name] !== null);
  return forms.filter((form) =>
    names.some((name) => forms.every((other) => Object.hasOwn(other, name) === (other === form))),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
