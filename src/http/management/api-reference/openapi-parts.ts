/** Parts of OpenAPI documents. */
export const json = (schema: object, example?: unknown) => ({
  "application/json": { schema, ...(example === undefined ? {} : { example }) },
});
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export const header = (name: string, description: string) => ({
  in: "header",
  name,
  description,
  schema: { type: "string" },
});
export const query = (name: string, description: string) => ({
  in: "query",
  name,
  description,
  schema: { type: "string" },
});
export const path = (name: string, description: string) => ({
  in: "path",
  name,
  description,
  required: true,
  schema: { type: "string" },
});

/** Parts of JSON Schemas. */
export const text = { type: "string" };
export const instant = { type: "string", format: "date-time" };
export const count = { type: "integer", minimum: 0 };
export const keys = { type: "array", items: text };
export const orNull = (schema: object) => ({ anyOf: [schema, { type: "null" }] });
export const object = (properties: Record<string, object>, optional: string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
export const page = (item: object) =>
  object({
    items: { type: "array", items: item },
    nextCursor: { ...orNull(text), description: "The `cursor` of the next page; null on the last page." },
  });
