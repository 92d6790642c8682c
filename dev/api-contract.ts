import { createApp } from "../src/app.ts";
import { parseSettings } from "../src/env.ts";
import { createServices } from "../src/services.ts";

export interface Schema {
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

export interface OperationObject {
  operationId: string;
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface Contract {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

/** Requests the contract from the worker's own code, which needs no backend for it. */
export async function readContract(): Promise<Contract> {
  const bindings = { DATABASE_URL: "postgres://nobody:nothing@localhost.invalid/none", KEY_SECRET: "-".repeat(32) };
  const app = createApp(createServices(parseSettings(bindings)));
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  const response = await app.fetch(new Request("http://contract.invalid/openapi.json"), bindings, context);
  return (await response.json()) as Contract;
}
