/**
 * Writes sdk/client/contract.ts, the types of the HTTP API, from the contract that the worker answers at /openapi.json.
 * Run: npm run api:types. A test fails when the file is not what this would write.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createApp } from "../src/app.ts";
import { parseSettings } from "../src/env.ts";
import { createServices } from "../src/services.ts";

export const CONTRACT_FILE = new URL("../sdk/client/contract.ts", import.meta.url);

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema | false;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
}

interface OperationObject {
  operationId: string;
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Contract {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

/** The text of sdk/client/contract.ts. */
export async function contractTypes(): Promise<string> {
  const { paths, components } = await readContract();
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    declaration(name, typeOf(schema), schema.description),
  );
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const text = [
    "// Written by `npm run api:types` from the worker's own contract; not edited by hand.",
    "",
    ...schemas,
    "/** What each operation takes and answers, by its `operationId`. */",
    "export interface Operations {",
    ...operations.map(({ operation }) => `  ${operation.operationId}: ${operationType(operation)};`),
    "}",
    "",
    "/** Method and path of each operation. */",
    "export const ROUTES: { readonly [Id in keyof Operations]: readonly [method: string, path: string] } = {",
    ...operations.map(
      ({ path, method, operation }) =>
        `  ${operation.operationId}: [${JSON.stringify(method.toUpperCase())}, ${JSON.stringify(path)}],`,
    ),
    "};",
  ].join("\n");
  return execFileSync("npx", ["oxfmt", "--stdin-filepath", "contract.ts"], { input: text, encoding: "utf8" });
}

/** Asked of the worker's own code, which needs no backend for it. */
async function readContract(): Promise<Contract> {
  const bindings = { DATABASE_URL: "postgres://nobody:nothing@localhost.invalid/none", KEY_SECRET: "-".repeat(32) };
  const app = createApp(createServices(parseSettings(bindings)));
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  const response = await app.fetch(new Request("http://contract.invalid/openapi.json"), bindings, context);
  return (await response.json()) as Contract;
}

function declaration(name: string, type: string, description: string | undefined): string {
  return `${description === undefined ? "" : `/** ${description} */\n`}export type ${name} = ${type};\n`;
}

function operationType({ parameters = [], requestBody, responses }: OperationObject): string {
  const group = (where: string): string[] => {
    const members = parameters
      .filter((parameter) => parameter.in === where)
      .map(
        ({ name, required }) => `${memberName(name)}${required ? "" : "?"}: string${required ? "" : " | undefined"}`,
      );
    if (members.length === 0) return [];
    const isOptional = !parameters.some((parameter) => parameter.in === where && parameter.required);
    return [`${where === "header" ? "headers" : where}${isOptional ? "?" : ""}: { ${members.join("; ")} }`];
  };
  const body = requestBody && Object.values(requestBody.content)[0]?.schema;
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, { content }]) => Object.values(content ?? {}).map(({ schema }) => typeOf(schema)));
  return `{ ${[
    `input: { ${[...group("path"), ...group("query"), ...group("header"), ...(body ? [`body: ${typeOf(body)}`] : [])].join("; ")} }`,
    `answer: ${[...new Set(answers)].join(" | ") || "undefined"}`,
  ].join("; ")} }`;
}

function typeOf(schema: Schema): string {
  const { $ref, allOf, type } = schema;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf("/") + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (alternatives !== undefined) return alternatives.map(typeOf).join(" | ") || "unknown";
  if (allOf !== undefined) return allOf.map((part) => `(${typeOf(part)})`).join(" & ");
  if (type === "array") return arrayOf(schema);
  if (type === "object") return objectOf(schema);
  if (type === "integer" || type === "number") return "number";
  return type === "string" || type === "boolean" || type === "null" ? type : "unknown";
}

function arrayOf({ prefixItems, items }: Schema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(", ")}]`;
  return items ? `(${typeOf(items)})[]` : "unknown[]";
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(([name, property]) => {
    const isRequired = required.includes(name);
    const comment = property.description === undefined ? "" : `/** ${property.description} */ `;
    const type = typeOf(property);
    return `${comment}${memberName(name)}${isRequired ? "" : "?"}: ${type}${isRequired || type === "unknown" ? "" : " | undefined"}`;
  });
  if (members.length > 0) return `{ ${members.join("; ")} }`;
  const values = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown";
  return `Record<string, ${values}>`;
}

function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

if (import.meta.main) await writeFile(CONTRACT_FILE, await contractTypes());
