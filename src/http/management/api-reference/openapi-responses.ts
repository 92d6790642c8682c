import { FLAG_KINDS, FLAG_TYPES, LIFETIMES } from "../../../flags/document.ts";
import { manifestSchemas } from "./openapi-manifest.ts";
import { lifecycleSchemas } from "./openapi-lifecycle.ts";
import { explanationSchemas } from "./openapi-explanation.ts";
import { listedFields, usageSchemas } from "./openapi-usage.ts";
import { auditSchemas } from "./openapi-audit.ts";
import { count, instant, keys, object, orNull, page, ref, text } from "./openapi-parts.ts";

/** JSON Schema of the management API's responses and merge patches. A patch has no schema of its own to validate it. */
const version = { type: "integer", description: "Version of the environment at which it last changed." };

const enabledIn = {
  type: "object",
  description: "Whether the flag is on, by environment, if the request asks for it with `everywhere=true`.",
  additionalProperties: { type: "boolean" },
};

const mergePatchOf = (noun: string) => ({
  type: "object",
  description: `Any fields of ${noun}. null removes a field, which then gets its default (RFC 7396).`,
});

const writtenFields = {
  version: {
    type: "integer",
    description: "Version of the environment after the write, for `X-Flags-Min-Version`.",
  },
  published: object(
    {
      redis: { type: "boolean", description: "Missing if the worker runs without Redis." },
      edge: { type: "boolean", description: "Missing if no purge transport is configured." },
    },
    ["redis", "edge"],
  ),
};
const environmentFields = {
  key: text,
  name: text,
  version: { type: "integer" },
  overridesAllowed: { type: "boolean", description: "Whether the environment accepts signed overrides." },
  requiresNote: { type: "boolean", description: "Whether each write needs a note in `X-Change-Note`." },
};
const keyFields = { id: text, environment: text, kind: { enum: ["client", "server"] }, name: text, origins: keys };
const adminTokenFields = {
  id: text,
  role: { enum: ["write", "read"] },
  name: text,
  environments: { ...orNull(keys), description: "null for all environments." },
  createdAt: instant,
  expiresAt: orNull(instant),
  lastUsedOn: { ...orNull({ type: "string", format: "date" }), description: "A day in UTC." },
  revokedAt: orNull(instant),
};
const segmentFields = {
  key: text,
  name: text,
  description: text,
  condition: ref("Condition"),
  version,
  usedBy: object({ flags: keys, segments: keys }),
  createdAt: instant,
  updatedAt: instant,
};
const definitionFields = {
  key: text,
  kind: { enum: FLAG_KINDS },
  type: { enum: FLAG_TYPES },
  variants: { type: "object" },
  clientVisible: { type: "boolean" },
  metadata: { type: "object" },
  description: text,
  tags: keys,
  owner: text,
  fallback: { description: "The value that code uses when an evaluation fails. Missing if it is not set." },
  jsonSchema: { description: "The JSON Schema that the variants and the fallback fit. Missing if there is none." },
  lifetime: { enum: LIFETIMES, description: "How long the flag is meant to stay. Missing if it is not set." },
  expiresAt: {
    ...instant,
    description: "When a temporary flag is due for removal. It changes nothing that is served.",
  },
  archivedAt: { ...instant, description: "Missing if the flag is not archived." },
};
const optionalDefinitionFields = ["owner", "fallback", "jsonSchema", "lifetime", "expiresAt", "archivedAt"];
const datedFields = { createdAt: instant, updatedAt: instant };
const definitionWrittenFields = {
  environments: {
    type: "object",
    description: "The environments that got a new version, by key.",
    additionalProperties: ref("Written"),
  },
};
const warnings = { ...keys, description: "The code and the environments that still use the flag, in words." };
const stats = object({
  hits: count,
  misses: count,
  size: count,
  bytes: count,
  evictions: count,
  errors: count,
  hitRate: { type: "number", minimum: 0, maximum: 1 },
});
const reads = {
  ...object({ ok: count, missing: count, failed: count }),
  description:
    "Round trips of evaluations and fills, by outcome. `missing` counts those where the tier did not have everything.",
};
export const responseSchemas: Record<string, object> = {
  Problem: {
    ...object(
      {
        type: text,
        title: text,
        status: { type: "integer" },
        detail: text,
        requestId: text,
        version: { type: "integer", description: "The current version, if another write came first." },
        firstInstant: { ...instant, description: "In a 410: the first instant that can be replayed." },
        firstVersion: { type: "integer", description: "In a 410: the first version that can be replayed." },
        mayHaveHappened: {
          type: "boolean",
          description:
            "true in a 503 of a write whose response from the store was lost, or of a purge by hand that Redis did not complete: the change may have happened. Read the resource before you repeat the request. Missing otherwise: nothing was changed.",
        },
        errors: {
          type: "array",
          items: object({ pointer: { type: "string", description: "JSON pointer to the field." }, detail: text }),
        },
      },
      ["version", "firstInstant", "firstVersion", "mayHaveHappened", "errors"],
    ),
  },
  FlagPatch: mergePatchOf("Flag"),
  SegmentPatch: mergePatchOf("SegmentInput"),
  Written: object(writtenFields),
  FlagWritten: object({ ...writtenFields, flag: ref("Flag") }),
  FlagPage: page({
    allOf: [ref("Flag"), object({ state: ref("FlagState"), ...listedFields, enabledIn }, ["enabledIn"])],
  }),
  Definition: object({ ...definitionFields, ...datedFields, environments: keys }, optionalDefinitionFields),
  DefinitionPage: page({ allOf: [ref("Definition"), object({ state: ref("FlagState") })] }),
  DefinitionPatch: mergePatchOf("the definition in Flag"),
  DefinitionWithEnvironments: object(
    {
      ...definitionFields,
      ...datedFields,
      environments: {
        type: "object",
        description:
          "The configuration of each environment, by its key. Of an archived flag, those that are kept, without a version.",
        additionalProperties: { allOf: [ref("Configuration"), object({ version }, ["version"])] },
      },
    },
    optionalDefinitionFields,
  ),
  DefinitionWritten: object(definitionWrittenFields),
  DefinitionRemoved: object({ ...definitionWrittenFields, warnings }),
  FlagRemoved: object({ ...writtenFields, warnings }),
  ...lifecycleSchemas,
  ...manifestSchemas,
  Segment: object(segmentFields),
  SegmentList: page(ref("Segment")),
  SegmentWritten: object({ ...writtenFields, segment: ref("Segment") }),
  Environment: object({ ...environmentFields, createdAt: instant }),
  EnvironmentList: page(ref("Environment")),
  EnvironmentWritten: object({
    ...writtenFields,
    environment: object({ ...environmentFields, createdAt: instant }, ["createdAt"]),
  }),
  Key: object({
    ...keyFields,
    createdAt: instant,
    lastUsedAt: { ...orNull(instant), description: "When it was last used; null if it never was." },
    revokedAt: orNull(instant),
  }),
  KeyList: page(ref("Key")),
  KeyWritten: object({ ...writtenFields, key: ref("Key") }),
  KeyCreated: object({
    ...writtenFields,
    key: object(keyFields),
    token: { type: "string", description: "Only this response contains it." },
  }),
  AdminToken: object(adminTokenFields),
  AdminTokenList: page(ref("AdminToken")),
  AdminTokenCreated: object({
    adminToken: ref("AdminToken"),
    token: { type: "string", description: "Only this response contains it." },
  }),
  AdminTokenChanged: object({ adminToken: ref("AdminToken") }),
  Overrides: object({
    token: { type: "string", description: "Letters, digits, `-` and `_`: safe in a URL, a header and a cookie." },
    environment: text,
    flags: { type: "object", description: "Variants by flag key.", additionalProperties: text },
    expiresAt: instant,
    madeBy: {
      type: "string",
      description: "Id of the admin token that signed them. The overrides token contains it too.",
    },
  }),
  CachePurged: object({
    dryRun: { type: "boolean" },
    flags: { ...keys, description: "Keys of the flags that a tier held." },
    deleted: object({ l1: count, l2: orNull(count) }),
    edge: {
      ...orNull({ type: "boolean" }),
      description: "Whether the data centres were purged; null if no purge transport is configured.",
    },
  }),
  CacheWarmed: object({ version: { type: "integer" }, flags: count, l1: count, l2: orNull(count) }),
  CacheStatistics: object({
    scope: { const: "isolate" },
    isolate: { type: "string", description: "Random id of the isolate, which tells it apart from others." },
    dataCentre: { ...orNull(text), description: "Cloudflare's name of the data centre; null if the request has none." },
    environment: text,
    tiers: object({ l1: stats, l2: { anyOf: [stats, object({ error: text }), { type: "null" }] } }),
    total: stats,
    reads: object({ l2: reads, l3: reads }),
    breakers: object({ redis: orNull(text), store: text }),
    head: object({ l1: count, l2: orNull(count), checkedSecondsAgo: orNull(count) }),
    outbox: object({ pending: orNull(count) }),
  }),
  ...auditSchemas,
  ...explanationSchemas,
  ...usageSchemas,
  Propagation: object({
    now: { ...instant, description: "The time on the database's clock." },
    items: {
      type: "array",
      items: object({
        version: { type: "integer", description: "Version of the environment that the change made." },
        flags: {
          ...orNull(keys),
          description: "Keys of the flags that the change made stale; null if it made everything stale.",
        },
        changedAt: { ...instant, description: "When the transaction of the change began." },
        confirmedAt: {
          ...orNull(instant),
          description: "When the sweep had purged everywhere; null if it has not done so yet.",
        },
      }),
    },
  }),
};
