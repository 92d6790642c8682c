/** Turns the schemas of responses into the forms that the client checks (sdk/client/shape.ts). */
import type { Shape } from "../sdk/client/shape.ts";
import type { Contract, OperationObject, Schema } from "./api-contract.ts";

/** Returns the source text of the forms of all JSON responses, by operation, and of a problem. */
export function shapesText(contract: Contract): string {
  const operations = Object.values(contract.paths).flatMap((methods) => Object.values(methods));
  const responses = operations.flatMap((operation) => {
    const name = responseName(operation);
    return name === undefined ? [] : [[operation.operationId, name] as const];
  });
  const names = [...new Set(responses.map(([, name]) => name))].toSorted();
  const shapes = names.map((name) => `  ${name}: ${JSON.stringify(shapeOf(contract, refTo(name), []))},`);
  return [
    "const SHAPES = {",
    ...shapes,
    "} satisfies Record<string, Shape>;",
    "",
    "/** The form of the JSON that each operation responds with. */",
    "export const RESPONSES: { readonly [Id in keyof Operations]?: Shape } = {",
    ...responses.map(([id, name]) => `  ${id}: SHAPES.${name},`),
    "};",
    "",
    "/** The form of an error of the management API. */",
    `export const PROBLEM: Shape = ${JSON.stringify(shapeOf(contract, refTo("Problem"), []))};`,
  ].join("\n");
}

/** Returns the component of the JSON response, `undefined` if the operation can also respond with something else. */
function responseName({ responses }: OperationObject): string | undefined {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, { content = {} }]) => Object.entries(content));
  const names = new Set(contents.map(([type, { schema }]) => (JSON_TYPE.test(type) ? schema.$ref : undefined)));
  const [ref] = names;
  return names.size === 1 ? ref?.slice(ref.lastIndexOf("/") + 1) : undefined;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

function refTo(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Stored documents. Those written in SQL can differ from the contract inside, and can still be listed and exported. */
const STORED = new Set(["Flag", "Configuration"]);

function shallow(shape: Shape): Shape {
  if (!isObjectShape(shape) || typeof shape === "string") return shape;
  return Object.fromEntries(
    Object.entries(shape).map(([name, one]: [string, Shape]) => [
      name,
      Array.isArray(one) ? ["any"] : isObjectShape(one) ? "object" : one,
    ]),
  ) as Shape;
}

/** @param open the components that enclose the schema, because some refer to themselves */
function shapeOf(contract: Contract, schema: Schema, open: readonly string[]): Shape {
  const { $ref, type, allOf } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    const found = contract.components.schemas[name];
    if (found === undefined || open.includes(name)) return "object";
    const shape = shapeOf(contract, found, [...open, name]);
    return STORED.has(name) ? shallow(shape) : shape;
  }
  const shape = (one: Schema): Shape => shapeOf(contract, one, open);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return unionOf(alternatives.map(shape));
  if (schema.const !== undefined || schema.enum !== undefined) {
    return unionOf([schema.const, ...(schema.enum ?? [])].filter((value) => value !== undefined).map(kindOf));
  }
  if (allOf !== undefined) return intersectionOf(allOf.map(shape));
  if (type === "array") return [schema.prefixItems !== undefined || !schema.items ? "any" : shape(schema.items)];
  if (type === "object") return objectShape(schema, shape);
  if (type === "integer" || type === "number") return "number";
  return type === "string" || type === "boolean" || type === "null" ? type : "any";
}

/** The first part is enough to recognise a response. Fields of the others must have their types if they are there. */
function intersectionOf([first = "any", ...others]: Shape[]): Shape {
  if (!hasFields(first)) return first;
  const merged: Record<string, Shape> = { ...first };
  for (const other of others.filter(hasFields)) {
    for (const [field, shape] of Object.entries(other)) {
      const name = field.replace(/\?$/, "");
      merged[name in merged ? name : `${name}?`] = shape;
    }
  }
  return merged;
}

function hasFields(shape: Shape): shape is Record<string, Shape> {
  return typeof shape === "object" && !Array.isArray(shape) && !("or" in shape);
}

function objectShape(
  { properties = {}, required = [], additionalProperties }: Schema,
  shape: (one: Schema) => Shape,
): Shape {
  const fields = Object.entries(properties).map(([name, one]) => [
    required.includes(name) ? name : `${name}?`,
    shape(one),
  ]);
  if (fields.length > 0) return Object.fromEntries(fields) as Shape;
  return typeof additionalProperties === "object" ? { "*": shape(additionalProperties) } : "object";
}

/** A union of objects is only an object, because a newer deployment can have further alternatives. */
function unionOf(shapes: Shape[]): Shape {
  const loose = shapes.map((one) => (shapes.length > 2 && isObjectShape(one) ? "object" : one));
  const distinct = [...new Map(loose.map((one) => [JSON.stringify(one), one])).values()];
  const objects = distinct.filter(isObjectShape);
  const others = distinct.filter((one) => !isObjectShape(one));
  const all: Shape[] = objects.length > 1 ? ["object", ...others] : [...objects, ...others];
  return all.includes("any") ? "any" : all.length === 1 && all[0] !== undefined ? all[0] : { or: all };
}

function isObjectShape(shape: Shape): boolean {
  return shape === "object" || (typeof shape === "object" && !Array.isArray(shape) && !("or" in shape));
}

function kindOf(value: unknown): Shape {
  if (value === null) return "null";
  return typeof value as "string" | "number" | "boolean";
}
