/**
 * The form of a JSON value, as far as it can be relied on: a type, the form of a list's items, the forms of an object's
 * fields, or alternatives. Optional fields end in `?`, and `*` stands for the fields without a name in the contract.
 * Texts of a closed list are only text, and unions of objects only objects, so that a newer deployment can add to them.
 */
export type Shape =
  | "any"
  | "string"
  | "number"
  | "boolean"
  | "null"
  | "object"
  | readonly [Shape]
  | { readonly [name: string]: Shape }
  | { readonly or: readonly Shape[] };

/** Returns the JSON pointer to the first place that does not have the form, `undefined` if the value has it. */
export function misfit(value: unknown, shape: Shape, pointer = ""): string | undefined {
  if (shape === "any") return undefined;
  if (shape === "object") return isObject(value) ? undefined : pointer;
  if (shape === "null") return value === null ? undefined : pointer;
  if (typeof shape === "string") return typeof value === shape ? undefined : pointer;
  if (isList(shape)) {
    if (!Array.isArray(value)) return pointer;
    return firstOf(value, (item, i) => misfit(item, shape[0], `${pointer}/${i}`));
  }
  if (isUnion(shape)) {
    const places = shape.or.map((one) => misfit(value, one, pointer));
    // The longest pointer belongs to the alternative that was nearest.
    return places.includes(undefined) ? undefined : places.toSorted((a = "", b = "") => b.length - a.length)[0];
  }
  if (!isObject(value)) return pointer;
  const fields = shape as Record<string, Shape>;
  const rest = fields["*"];
  if (rest !== undefined)
    return firstOf(Object.entries(value), ([name, one]) => misfit(one, rest, `${pointer}/${name}`));
  return firstOf(Object.entries(fields), ([field, one]) => {
    const name = field.replace(/\?$/, "");
    if (Object.hasOwn(value, name)) return misfit(value[name], one, `${pointer}/${name}`);
    return name === field ? `${pointer}/${name}` : undefined;
  });
}

function firstOf<T>(items: readonly T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(shape: object): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isUnion(shape: object): shape is { or: readonly Shape[] } {
  return "or" in shape && Array.isArray(shape.or);
}
