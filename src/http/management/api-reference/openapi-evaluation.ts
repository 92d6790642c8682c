/** The contract of the evaluation routes, told apart from them so that their path stays free of it. */
const json = (schema: object, example?: unknown) => ({
  "application/json": { schema, ...(example === undefined ? {} : { example }) },
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const header = (name: string, description: string) => ({ in: "header", name, description, schema: { type: "string" } });
const query = (name: string, description: string) => ({ in: "query", name, description, schema: { type: "string" } });
const path = (name: string, description: string) => ({
  in: "path",
  name,
  description,
  required: true,
  schema: { type: "string" },
});

const readinessContent = { ...json(ref("Readiness")), "text/html": { schema: { type: "string" } } };
const SDK_KEY = [{ clientKey: [] }, { serverKey: [] }];
const MIN_VERSION = header("X-Flags-Min-Version", "Answer at this environment version or later, else 503.");
const NO_CACHE = header("Cache-Control", "`no-cache` from a server key reads the store; 429 when there are too many.");
const DEBUG = header(
  "X-Flags-Debug",
  "`timing` from a server key: an answer that took a read of Redis or Postgres says how long, as `Server-Timing`.",
);
const IF_NONE_MATCH = header("If-None-Match", "`ETag` of an earlier answer: 304 when the answer is still the same.");
const OVERRIDES = [
  query("burgee-overrides", "Signed overrides: before the header, which is before the cookie `burgee-overrides`."),
  header(
    "X-Flags-Overrides",
    "The same. The answer's header of this name says whether they were `accepted`, or `ignored` and why; where the environment allows none it is not there.",
  ),
];
const ANNOUNCED = [
  query(
    "flagConfigEtag",
    "`etag` of the event that made the client ask: the answer is of that version or a later one.",
  ),
  query("flagConfigLastModified", "`lastModified` of that event; passed over."),
];
const EXAMPLE = {
  key: "checkout-redesign",
  value: true,
  reason: "TARGETING_MATCH",
  variant: "on",
  metadata: { owner: "growth" },
};
const BODY = {
  required: false,
  content: json(ref("EvaluationRequest"), { context: { targetingKey: "user-1", plan: "pro" } }),
};
const failures = (schema: string, mediaType: string, statuses: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, content: { [mediaType]: { schema: ref(schema) } } },
    ]),
  );
const OFREP_FAILURES = failures("OfrepError", "application/json", {
  400: "The context is not accepted, or a targeting key is missing.",
  401: "No key, a forged or a revoked one.",
  403: "The key may not be used from this origin.",
  413: "The body is larger than 64 KiB.",
  429: "Too many reads past the caches, or too many keys that are not of this deployment; `Retry-After` says when to go on.",
  500: "The flag cannot be evaluated.",
  503: "Nothing holds the flags: use your default.",
});
const GET_FAILURES = failures("Problem", "application/problem+json", {
  400: "The context is not accepted.",
  401: "No key, a forged or a revoked one.",
  403: "The key may not be used from this origin.",
  503: "Nothing holds the flags: use your default.",
});
const GET_PARAMETERS = [
  {
    ...query(
      "targetingKey",
      "Stable id of the subject; `user_id` is an alias. Every other parameter is an attribute, as text.",
    ),
    example: "user-1",
  },
  query("context", "The context as JSON, for attributes that are not text."),
  query("sdkKey", "The key, where headers cannot be set."),
  IF_NONE_MATCH,
  MIN_VERSION,
  ...OVERRIDES,
];

export const evaluationPaths: Record<string, object> = {
  "/ofrep/v1/evaluate/flags/{key}": {
    post: {
      tags: ["Evaluation"],
      operationId: "evaluateFlag",
      summary: "Evaluate a flag (OFREP)",
      security: SDK_KEY,
      parameters: [path("key", "Flag key"), MIN_VERSION, NO_CACHE, DEBUG, ...OVERRIDES],
      requestBody: BODY,
      responses: {
        200: { description: "The resolution.", content: json(ref("Evaluation"), EXAMPLE) },
        ...OFREP_FAILURES,
        ...failures("OfrepError", "application/json", { 404: "There is no such flag, or the key may not see it." }),
      },
    },
  },
  "/ofrep/v1/evaluate/flags": {
    post: {
      tags: ["Evaluation"],
      operationId: "evaluateFlags",
      summary: "Evaluate every flag (OFREP)",
      security: SDK_KEY,
      parameters: [...ANNOUNCED, IF_NONE_MATCH, MIN_VERSION, NO_CACHE, DEBUG, ...OVERRIDES],
      requestBody: BODY,
      responses: {
        200: {
          description: "A resolution for each flag that the key may see.",
          content: json(ref("Evaluations"), { flags: [EXAMPLE] }),
        },
        304: { description: "Unchanged; never where another version than the answer's was announced." },
        ...OFREP_FAILURES,
      },
    },
  },
  "/ofrep/v1/stream": {
    get: {
      tags: ["Evaluation"],
      operationId: "openChangeStream",
      summary: "Be told of changes (OFREP, server-sent events)",
      description:
        "Each change of the environment is an event `refetchEvaluation`, whose `id` is the new version. Stays open; docs/streams.md.",
      security: SDK_KEY,
      parameters: [
        query("key", "A client key, where headers cannot be set. A server key goes into a header."),
        header("Last-Event-ID", "The last version that the client was told of: another one is told at once."),
      ],
      responses: {
        200: { description: "Events.", content: { "text/event-stream": { schema: { type: "string" } } } },
        ...failures("OfrepError", "application/json", {
          401: "No key, a forged or a revoked one.",
          403: "The key may not be used from this origin, or not in a URL.",
          404: "Streams are switched off.",
        }),
      },
    },
  },
  "/flags/{name}": {
    get: {
      tags: ["Evaluation"],
      operationId: "getFlagValue",
      summary: "Evaluate a flag",
      description: "For curl, `<script>` and CDNs. Unknown: 404 with `value: false`.",
      security: SDK_KEY,
      parameters: [path("name", "Flag key"), ...GET_PARAMETERS],
      responses: {
        200: { description: "The resolution.", content: json(ref("Evaluation"), EXAMPLE) },
        304: { description: "Unchanged." },
        ...GET_FAILURES,
        404: {
          description: "There is no such flag, or the key may not see it.",
          content: { "application/problem+json": { schema: ref("Problem") } },
        },
      },
    },
  },
  "/flags": {
    get: {
      tags: ["Evaluation"],
      operationId: "getFlagValues",
      summary: "Evaluate every flag",
      description:
        "The bytes and the `ETag` of the OFREP answer to the same context, key and `Origin`: a page that is rendered with it starts without a flicker, and its first request is a 304.",
      security: SDK_KEY,
      parameters: GET_PARAMETERS,
      responses: {
        200: {
          description: "A resolution for each flag that the key may see.",
          content: json(ref("Evaluations"), { flags: [EXAMPLE] }),
        },
        304: { description: "Unchanged." },
        ...GET_FAILURES,
      },
    },
  },
  "/healthz": {
    get: {
      tags: ["Health"],
      operationId: "getLiveness",
      summary: "Liveness",
      description: "Answers without asking anybody.",
      responses: { 200: { description: "The worker runs.", content: json({ type: "object" }, { status: "ok" }) } },
    },
  },
  "/readyz": {
    get: {
      tags: ["Health"],
      operationId: "getReadiness",
      summary: "State of the tiers",
      description: "A page for `Accept: text/html`, JSON otherwise.",
      responses: {
        200: { description: "At least one of Redis and Postgres can be reached.", content: readinessContent },
        503: { description: "Neither can.", content: readinessContent },
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
  "/docs": {
    get: {
      tags: ["Health"],
      operationId: "getReference",
      summary: "This contract as a page",
      responses: { 200: { description: "HTML.", content: { "text/html": { schema: { type: "string" } } } } },
    },
  },
};

const REASONS = ["STATIC", "TARGETING_MATCH", "SPLIT", "DEFAULT", "DISABLED", "ERROR"];

export const evaluationSchemas: Record<string, object> = {
  EvaluationRequest: {
    type: "object",
    properties: {
      context: {
        type: "object",
        description: "Attributes of the subject: at most 500 values, 8 levels, 64 KiB.",
        properties: { targetingKey: { type: "string" } },
      },
    },
  },
  Evaluation: {
    type: "object",
    properties: {
      key: { type: "string" },
      value: { description: "Absent where the caller's default is meant." },
      reason: { enum: REASONS },
      variant: { type: "string" },
      metadata: { type: "object" },
    },
    required: ["key", "reason", "variant", "metadata"],
  },
  Evaluations: {
    type: "object",
    properties: {
      flags: { type: "array", items: { anyOf: [ref("Evaluation"), ref("OfrepError")] } },
      metadata: {
        type: "object",
        description: "Only where the request has `Origin`; `flagSetId` is the environment.",
        properties: { flagSetId: { type: "string" } },
      },
      eventStreams: {
        type: "array",
        description: "Only where the request has `Origin` and a client key.",
        items: {
          type: "object",
          properties: {
            type: { type: "string", enum: ["sse"] },
            url: { type: "string" },
            inactivityDelaySec: { type: "integer" },
          },
          required: ["type", "url"],
        },
      },
    },
    required: ["flags"],
  },
  OfrepError: {
    type: "object",
    properties: {
      key: { type: "string" },
      errorCode: {
        enum: ["FLAG_NOT_FOUND", "PARSE_ERROR", "TYPE_MISMATCH", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "GENERAL"],
      },
      errorDetails: { type: "string" },
      metadata: { type: "object" },
    },
    required: ["errorCode"],
  },
  Readiness: {
    type: "object",
    properties: {
      status: { enum: ["ok", "degraded", "unavailable"] },
      tiers: { type: "object", description: "Entries of L1; state, latency and breaker of L2 and L3." },
    },
    required: ["status", "tiers"],
  },
};
