/**
 * Writes console/public/project.schema.json, the JSON schema of project files (`burgee export`), for completion and
 * validation in editors. It comes from the schemas that the worker checks requests with, and deployments serve it under
 * /console. Run: npm run project:schema. A test fails if the file is out of date.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { ENVIRONMENT_PATTERN, KEY_SHAPE } from "../../src/flags/limits.ts";
import {
  attributePathSchema,
  conditionSchema,
  flagConfigurationSchema,
  flagDefinitionSchema,
  rolloutSchema,
  ruleSchema,
  segmentInputSchema,
  serveSchema,
} from "../../src/flags/schema.ts";

export const PROJECT_SCHEMA_FILE = new URL("../../console/public/project.schema.json", import.meta.url);

interface ObjectSchema {
  properties: Record<string, object>;
  required: string[];
}

/** The descriptions that editors show for fields. */
const TEXTS: Record<string, Record<string, string>> = {
  Flag: {
    key: "Name of the flag in code. It never changes.",
    kind: "flag, or switch (on or off, without targeting), or sample (true for a share of calls).",
    type: "Type of the values.",
    variants: "Values by variant name.",
    clientVisible: "Whether browsers and apps may evaluate it.",
    metadata: "Returned to clients together with the value.",
    description: "Description for people.",
    tags: "Tags for searching.",
    owner: "Person or team responsible for the flag.",
  },
  Configuration: {
    enabled: "If false, everyone gets the off variant.",
    offVariant: "Served while the flag is disabled or a prerequisite is not met. null serves the caller's default.",
    default: "Served if no rule matches.",
    rules: "The first rule that matches decides.",
    prerequisites: "Flags that must serve one of the given variants. Otherwise the off variant is served.",
  },
  Rule: {
    when: "Condition. Without it, the rule always matches.",
    from: "Start of the rule, as an ISO 8601 instant.",
    until: "End of the rule, as an ISO 8601 instant.",
    during: "Windows that recur on days of the week, by the clock of a time zone. The rule is active only in them.",
  },
  Rollout: {
    by: "Attributes to split by. The first one that is present is used. Default: targetingKey.",
    salt: "Flags with the same salt split users the same way. Default: the flag's key.",
    hash: "Hash scheme. Only flags of other systems need another one than the default.",
    total: "Size of the bucket space, of which the weights are parts. Default: 100,000.",
    weights: "Shares out of the total, such as [variant, 25000].",
    onMissingKey: "Result if no attribute to split by is present.",
    onMiss: "Result for users in the rest if the weights add up to less than the total.",
  },
};

/** Returns the text of the schema file. */
export function projectSchema(): string {
  const definitions = toJsonSchemaDefs(
    {
      AttributePath: attributePathSchema,
      Condition: conditionSchema,
      Rollout: rolloutSchema,
      Serve: serveSchema,
      Rule: ruleSchema,
      Configuration: flagConfigurationSchema,
      Flag: flagDefinitionSchema,
      Segment: segmentInputSchema,
    },
    {
      target: "draft-07",
      typeMode: "input",
      errorMode: "ignore",
      overrideRef: ({ referenceId }) => refTo(referenceId),
    },
  ) as unknown as Record<string, ObjectSchema>;
  const { Flag, Segment } = definitions;
  if (Flag === undefined || Segment === undefined) throw new Error("the schemas Flag and Segment are missing");
  for (const [name, texts] of Object.entries(TEXTS)) {
    const { properties = {} } = definitions[name] ?? {};
    for (const [field, description] of Object.entries(texts)) properties[field] = { ...properties[field], description };
  }
  // In a project file, a segment's key is the name of its field, and a flag has a configuration for each environment.
  delete Segment.properties["key"];
  Segment.required = Segment.required.filter((name) => name !== "key");
  Flag.properties["environments"] = byName(ENVIRONMENT_PATTERN, "Configuration", "Configurations by environment.");
  Flag.required.push("environments");
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Burgee project",
    description: "Environments, segments and flags, as `burgee export` writes and `burgee apply` reads them.",
    type: "object",
    properties: {
      environments: {
        description: "Every environment that the file mentions.",
        type: "array",
        items: {
          type: "object",
          properties: {
            key: { type: "string", pattern: ENVIRONMENT_PATTERN.source },
            name: { type: "string", description: "Name for people. It is used only when the environment is created." },
          },
          required: ["key"],
          additionalProperties: false,
        },
      },
      segments: {
        ...byName(ENVIRONMENT_PATTERN, "", "Named conditions that flags share, by environment."),
        additionalProperties: byName(KEY_SHAPE, "Segment", "Segments by key."),
      },
      flags: { type: "array", items: { $ref: refTo("Flag") } },
    },
    required: ["environments", "flags"],
    additionalProperties: false,
    definitions,
  };
  const options = { input: JSON.stringify(schema), encoding: "utf8" } as const;
  return execFileSync("npx", ["oxfmt", "--stdin-filepath", "project.schema.json"], options);
}

function refTo(name: string): string {
  return `#/definitions/${name}`;
}

function byName(names: RegExp, definition: string, description: string): object {
  return {
    description,
    type: "object",
    propertyNames: { pattern: names.source },
    ...(definition === "" ? {} : { additionalProperties: { $ref: refTo(definition) } }),
  };
}

if (import.meta.main) await writeFile(PROJECT_SCHEMA_FILE, projectSchema());
