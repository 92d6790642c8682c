/**
 * Writes console/public/project.schema.json: what a project file (`burgee export`) may hold, for editors that complete and
 * check as one types. Made of the schemas that the worker checks requests with; deployments answer it under /console.
 * Run: npm run project:schema. A test fails when the file is not what this would write.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { ENVIRONMENT_PATTERN, KEY_PATTERN } from "../../src/flags/limits.ts";
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

/** What an editor shows beside a field. */
const TEXTS: Record<string, Record<string, string>> = {
  Flag: {
    key: "How code asks for it. Never changes.",
    kind: "flag; switch: on or off, without targeting; sample: true for a share of calls.",
    type: "Of its values.",
    variants: "Name and value of each.",
    clientVisible: "Whether browsers and apps may evaluate it.",
    metadata: "Answered to clients along with the value.",
    description: "For people.",
    tags: "For finding it again.",
    owner: "Who looks after it.",
  },
  Configuration: {
    enabled: "false: everybody gets the off variant.",
    offVariant: "Served while disabled, or while a prerequisite is not met. null: the caller's own default.",
    default: "Served when no rule matches.",
    rules: "The first that matches decides.",
    prerequisites: "Flags that have to serve one of these variants; else the off variant is served.",
  },
  Rule: {
    when: "Without it the rule always matches.",
    from: "ISO 8601 instant: active from then on.",
    until: "ISO 8601 instant: active until then.",
  },
  Rollout: {
    by: "Attributes to split by: the first that is present. Default: targetingKey.",
    salt: "Flags with the same salt split the same people. Default: the flag's key.",
    weights: "Shares out of 100,000, as [variant, 25000].",
    onMissingKey: "When no attribute to split by is present.",
    onMiss: "When the weights add up to less than 100,000 and somebody falls into the rest.",
  },
};

/** The text of the schema file. */
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
  if (Flag === undefined || Segment === undefined) throw new Error("there are no schemas of flags and segments");
  for (const [name, texts] of Object.entries(TEXTS)) {
    const { properties = {} } = definitions[name] ?? {};
    for (const [field, description] of Object.entries(texts)) properties[field] = { ...properties[field], description };
  }
  // In a file a segment's key is the name of its field, and a flag has a configuration for each environment.
  delete Segment.properties["key"];
  Segment.required = Segment.required.filter((name) => name !== "key");
  Flag.properties["environments"] = byName(ENVIRONMENT_PATTERN, "Configuration", "By environment.");
  Flag.required.push("environments");
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Burgee project",
    description: "Environments, segments and flags, as `burgee export` writes and `burgee apply` reads them.",
    type: "object",
    properties: {
      environments: {
        description: "Every environment that the file says something of.",
        type: "array",
        items: {
          type: "object",
          properties: {
            key: { type: "string", pattern: ENVIRONMENT_PATTERN.source },
            name: { type: "string", description: "For people; counts when the environment is made." },
          },
          required: ["key"],
          additionalProperties: false,
        },
      },
      segments: {
        ...byName(ENVIRONMENT_PATTERN, "", "Named conditions that flags share, by environment."),
        additionalProperties: byName(KEY_PATTERN, "Segment", "By key."),
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
