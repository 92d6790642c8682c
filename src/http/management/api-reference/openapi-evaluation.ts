/** The contract of the evaluation routes. It is kept apart from them so that evaluation does not load it. */
import { header, json, path, query, ref } from "./openapi-parts.ts";

const SDK_KEY = [{ clientKey: [] }, { serverKey: [] }];
const MIN_VERSION = header(
  "X-Flags-Min-Version",
  "The response must be of this version of the environment or a later one, else 503.",
);
const NO_CACHE = header(
  "Cache-Control",
  "`no-cache` from a server key reads the store. 429 if there are too many such requests.",
);
const DEBUG = header(
  "X-Flags-Debug",
  "`timing` from a server key adds `Server-Timing` to responses that needed a read of Redis or Postgres.",
);
const IF_NONE_MATCH = header("If-None-Match", "`ETag` of an earlier response: 304 if the response is still the same.");
const OVERRIDES = [
  query(
    "burgee-overrides",
    "Signed overrides. The parameter takes precedence over the header, and the header over the cookie `burgee-overrides`.",
  ),
  header(
    "X-Flags-Overrides",
    "The same. The response header of this name says `accepted`, or `ignored` with the reason. It is missing if the environment does not allow overrides.",
  ),
];
const ANNOUNCED = [
  query(
    "flagConfigEtag",
    "`etag` of the event that caused this request: the response is of that version and time, or of later ones.",
  ),
  query("flagConfigLastModified", "`lastModified` of that event. It has no effect."),
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
  400: "The context is invalid, or the targeting key is missing.",
  401: "The key is missing, forged or revoked.",
  403: "The SDK key may not be used from this origin.",
  413: "The body is larger than 64 KiB.",
  429: "Too many reads past the caches, requests with keys of other deployments, or requests for names or versions that are not in memory. `Retry-After` says when to try again.",
  500: "The flag cannot be evaluated.",
  503: "No tier can provide the flags: use your default.",
});
const GET_FAILURES = failures("Problem", "application/problem+json", {
  400: "The context is invalid.",
  401: "The key is missing, forged or revoked.",
  403: "The SDK key may not be used from this origin.",
  503: "No tier can provide the flags: use your default.",
});
const GET_PARAMETERS = [
  {
    ...query(
      "targetingKey",
      "Stable id of the subject. `user_id` is an alias; send only one of them. Every other parameter is an attribute with a text value.",
    ),
    example: "user-1",
  },
  query("context", "The context as JSON, for attributes that are not text."),
  query("sdkKey", "The SDK key, for clients that cannot set headers."),
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
        ...failures("OfrepError", "application/json", { 404: "The flag does not exist, or the key may not see it." }),
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
        304: {
          description: "Unchanged. Never sent if the client was told about a different version than the response's.",
        },
        ...OFREP_FAILURES,
      },
    },
  },
  "/ofrep/v1/stream": {
    get: {
      tags: ["Evaluation"],
      operationId: "openChangeStream",
      summary: "Follow changes (OFREP, server-sent events)",
      description:
        "Each change of the environment is an event `refetchEvaluation` whose `id` is the new version. The response stays open; see docs/streams.md.",
      security: SDK_KEY,
      parameters: [
        query("key", "A client key, for clients that cannot set headers. Server keys are accepted in headers only."),
        header(
          "Last-Event-ID",
          "The last version that the client was told about. If the current version is different, the stream begins with an event.",
        ),
      ],
      responses: {
        200: { description: "Events.", content: { "text/event-stream": { schema: { type: "string" } } } },
        ...failures("OfrepError", "application/json", {
          401: "The key is missing, forged or revoked.",
          403: "The SDK key may not be used from this origin, or not in a URL.",
          404: "Streams are switched off.",
        }),
      },
    },
  },
  "/api/v1/environments/{env}/definitions": {
    get: {
      tags: ["Evaluation"],
      operationId: "getDefinitions",
      summary: "Get the definitions for an evaluator in another process",
      description:
        "Needs a server key of the environment. The response is `burgee/provider`'s; see docs/in-process.md.",
      security: [{ serverKey: [] }],
      parameters: [
        path("env", "Environment key"),
        query(
          "since",
          "`version` of an earlier response: only the flags that changed after it come, and `gone` names deleted ones. Everything comes, with `full: true`, if the list of changes does not reach back that far.",
        ),
        query(
          "announced",
          "`etag` of the event that caused this request: the response is of that version or a later one.",
        ),
        IF_NONE_MATCH,
        MIN_VERSION,
        NO_CACHE,
      ],
      responses: {
        200: { description: "The definitions.", content: json(ref("Definitions")) },
        304: { description: "Unchanged." },
        ...failures("Problem", "application/problem+json", {
          400: "`since` is not a version.",
          401: "The key is missing, forged or revoked.",
          403: "The key is a client key, or of another environment.",
          429: "Too many reads past the caches.",
          503: "No tier can provide the flags: keep the last ones.",
        }),
      },
    },
  },
  "/flags/{name}": {
    get: {
      tags: ["Evaluation"],
      operationId: "getFlagValue",
      summary: "Evaluate a flag",
      description: "For curl, `<script>` and CDNs. An unknown flag is a 404 with `value: false`.",
      security: SDK_KEY,
      parameters: [path("name", "Flag key"), ...GET_PARAMETERS],
      responses: {
        200: { description: "The resolution.", content: json(ref("Evaluation"), EXAMPLE) },
        304: { description: "Unchanged." },
        ...GET_FAILURES,
        404: {
          description: "The flag does not exist, or the key may not see it.",
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
        "Returns the bytes and the `ETag` of the OFREP response for the same context, key and `Origin`. A page that is rendered with them starts without a flicker, and its first request is a 304.",
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
      value: { description: "Missing if the caller is to use its default." },
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
        description: "Only if the request has `Origin`. `flagSetId` is the environment.",
        properties: { flagSetId: { type: "string" } },
      },
      eventStreams: {
        type: "array",
        description: "Only if the request has `Origin` and a client key.",
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
  Definitions: {
    type: "object",
    properties: {
      environment: { type: "string" },
      version: { type: "integer", description: "The version of the environment that all flags belong to." },
      schemaVersion: { type: "integer", description: "The version of the documents' form." },
      full: { type: "boolean", description: "Whether `flags` are all flags of the environment." },
      stale: { type: "boolean", description: "Whether this is the last known state, because no backend responds." },
      gone: { type: "array", items: { type: "string" }, description: "Keys of the flags that no longer exist." },
      flags: { type: "array", items: { type: "object" }, description: "Documents of flags." },
    },
    required: ["environment", "version", "schemaVersion", "full", "stale", "gone", "flags"],
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
};
