/** The contract of the routes that need no key and report on the deployment. */
import { json, ref } from "./openapi-parts.ts";

const PAGE = { "text/html": { schema: { type: "string" } } };
const readinessContent = { ...json(ref("Readiness")), ...PAGE };

export const healthPaths: Record<string, object> = {
  "/": {
    get: {
      tags: ["Health"],
      operationId: "getHome",
      summary: "Links to the console and this reference",
      description: "An HTML page for `Accept: text/html`, else JSON.",
      responses: {
        200: {
          description: "The links.",
          content: { ...json({ type: "object" }), ...PAGE },
        },
      },
    },
  },
  "/healthz": {
    get: {
      tags: ["Health"],
      operationId: "getLiveness",
      summary: "Liveness",
      description: "Responds without asking any backend.",
      responses: { 200: { description: "The worker runs.", content: json({ type: "object" }, { status: "ok" }) } },
    },
  },
  "/readyz": {
    get: {
      tags: ["Health"],
      operationId: "getReadiness",
      summary: "State of the tiers",
      description: "An HTML page for `Accept: text/html`, else JSON.",
      responses: {
        200: { description: "At least one of Redis and Postgres can be reached.", content: readinessContent },
        503: { description: "Neither can be reached.", content: readinessContent },
      },
    },
  },
  "/openapi.json": {
    get: {
      tags: ["Health"],
      operationId: "getContract",
      summary: "This contract",
      responses: { 200: { description: "OpenAPI 3.1.", content: json({ type: "object" }) } },
    },
  },
  "/llms.txt": {
    get: {
      tags: ["Health"],
      operationId: "getGuide",
      summary: "A guide for language models",
      description: "How to add a flag to an application, and a link to each page of the documentation.",
      responses: { 200: { description: "Text.", content: { "text/plain": { schema: { type: "string" } } } } },
    },
  },
  "/docs": {
    get: {
      tags: ["Health"],
      operationId: "getReference",
      summary: "This contract as a page",
      responses: { 200: { description: "HTML.", content: PAGE } },
    },
  },
};

export const healthSchemas: Record<string, object> = {
  Readiness: {
    type: "object",
    properties: {
      status: { enum: ["ok", "degraded", "unavailable"] },
      tiers: {
        type: "object",
        description:
          "The entries of L1, and the state, latency and breaker of L2 and L3. `writesRefused` of L3 says why Postgres refuses writes.",
      },
      misconfigured: {
        type: "array",
        description: "Settings that are missing although another setting needs them; left out if there are none.",
        items: {
          type: "object",
          properties: { setting: { type: "string" }, neededBy: { type: "string" } },
          required: ["setting", "neededBy"],
        },
      },
    },
    required: ["status", "tiers"],
  },
};
