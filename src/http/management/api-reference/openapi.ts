import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { Hono } from "hono";
import { generateSpecs } from "hono-openapi";
import { type GenericSchema, union } from "valibot";
import {
  attributePathSchema,
  conditionSchema,
  flagConfigurationSchema,
  flagInputSchema,
  rolloutSchema,
  ruleSchema,
  segmentInputSchema,
  serveSchema,
} from "../../../flags/schema.ts";
import { evaluationPaths, evaluationSchemas } from "./openapi-evaluation.ts";
import { healthPaths, healthSchemas } from "./openapi-health.ts";
import { responseSchemas } from "./openapi-responses.ts";
import { webhookSchemas } from "./openapi-webhooks.ts";
import { applySchema } from "../apply/input.ts";
import { purgeSchemas } from "../cache/input.ts";
import type { ManagementEnv } from "../context.ts";
import { environmentPatchSchema, environmentSchema } from "../environments/input.ts";
import { evaluateSchema, explainSchema, sampleSchema } from "../explain/input.ts";
import { keyPatchSchema, keySchema } from "../keys/input.ts";
import { manifestFlagSchema } from "../manifest/input.ts";
import { overridesSchema } from "../overrides/input.ts";
import { restoreSchema } from "../audit/input.ts";
import { scanSchema } from "../code-references/input.ts";
import { tokenPatchSchema, tokenSchema } from "../tokens/input.ts";
import { redeliverySchema, rotationSchema, webhookPatchSchema, webhookSchema } from "../webhooks/input.ts";
import { reportSchema } from "../usage/report.ts";

export type Contract = Awaited<ReturnType<typeof generateSpecs>>;

const TAGS: [name: string, description: string][] = [
  ["Evaluation", "Flag values for clients with an SDK key: OFREP, and the same results over GET."],
  ["Flags", "Flags of one environment."],
  ["Definitions", "The part of a flag that all environments share."],
  ["Code references", "How often the code of each repository names each flag."],
  ["Manifest", "The sync API of OpenFeature's command line. Errors have its form."],
  ["Segments", "Named conditions of one environment."],
  ["Environments", "Environments of the project."],
  ["Keys", "SDK keys of one environment."],
  ["Tokens", "Admin tokens of the project."],
  ["Webhooks", "Receivers that hear of every change."],
  ["Overrides", "Signed tokens that give their holder other variants, to preview and test them."],
  ["Usage", "How often flags were evaluated, and when they were last evaluated."],
  ["Cache", "Purging, warming and measuring the caches."],
  ["Audit", "Every change, with its author and the state before and after it."],
  ["Health", "The state of this deployment."],
];

/** Returns a function that generates the OpenAPI 3.1 document of every route on first use. */
export function createContract(app: Hono<ManagementEnv>): () => Promise<Contract> {
  let contract: Contract | undefined;
  return async () => (contract ??= await describeAll(app));
}

async function describeAll(app: Hono<ManagementEnv>): Promise<Contract> {
  return generateSpecs(app, {
    documentation: {
      info: {
        title: "Burgee",
        version: "1",
        description:
          "Feature flags at the edge. Evaluation takes an SDK key and management takes an admin token, both as `Authorization: Bearer <key>` or `X-API-Key: <key>`. Errors are problem+json (RFC 9457), or have OFREP's form under /ofrep. Every error has a request id.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      tags: TAGS.map(([name, description]) => ({ name, description })),
      paths: { ...evaluationPaths, ...healthPaths },
      components: {
        schemas: { ...inputSchemas(), ...responseSchemas, ...webhookSchemas, ...evaluationSchemas, ...healthSchemas },
        securitySchemes: {
          adminToken: {
            type: "http",
            scheme: "bearer",
            description:
              "An admin token. With the role `read` it may only read. It can be limited to some environments.",
          },
          serverKey: {
            type: "http",
            scheme: "bearer",
            description: "A server key evaluates every flag of its environment.",
          },
          clientKey: {
            type: "http",
            scheme: "bearer",
            description: "A client key is public and evaluates client-visible flags.",
          },
        },
      },
    } as Parameters<typeof generateSpecs>[1] extends { documentation?: infer D } ? D : never,
  });
}

/** The schemas that validate requests, as JSON Schema. */
function inputSchemas(): Record<string, object> {
  const definitions = {
    AttributePath: attributePathSchema,
    Condition: conditionSchema,
    Rollout: rolloutSchema,
    Serve: serveSchema,
    Rule: ruleSchema,
    Configuration: flagConfigurationSchema,
    Flag: flagInputSchema,
    SegmentInput: segmentInputSchema,
    EnvironmentInput: environmentSchema,
    EnvironmentPatch: environmentPatchSchema,
    KeyInput: keySchema,
    KeyPatch: keyPatchSchema,
    AdminTokenInput: tokenSchema,
    AdminTokenPatch: tokenPatchSchema,
    CodeScan: scanSchema,
    WebhookInput: webhookSchema,
    WebhookPatch: webhookPatchSchema,
    WebhookRotation: rotationSchema,
    WebhookRedelivery: redeliverySchema,
    OverridesInput: overridesSchema,
    ExplainInput: explainSchema,
    SampleInput: sampleSchema,
    EvaluateInput: evaluateSchema,
    Apply: applySchema,
    Restore: restoreSchema,
    UsageReport: reportSchema,
    ManifestFlagInput: manifestFlagSchema,
    CachePurge: union(purgeSchemas),
  } satisfies Record<string, GenericSchema>;
  return toJsonSchemaDefs(definitions, {
    // The dialect of OpenAPI 3.1.
    target: "draft-2020-12",
    typeMode: "input",
    errorMode: "ignore",
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  }) as Record<string, object>;
}
