// Written by `npm run api:types` from the worker's own contract; not edited by hand.

export type AttributePath = string | string[];

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | {
      attribute: AttributePath;
      operator:
        | "equals"
        | "in"
        | "contains"
        | "starts_with"
        | "ends_with"
        | "matches"
        | "exists"
        | "lt"
        | "lte"
        | "gt"
        | "gte"
        | "between"
        | "before"
        | "after"
        | "semver_eq"
        | "semver_lt"
        | "semver_lte"
        | "semver_gt"
        | "semver_gte"
        | "semver_caret"
        | "semver_tilde"
        | "ip_in_cidr"
        | "array_contains_any"
        | "array_contains_all";
      values?: (string | number | boolean | null)[] | undefined;
      caseInsensitive?: boolean | undefined;
      missing?: boolean | "unknown" | undefined;
    }
  | { segment: string }
  | { flag: string; variants: string[] }
  | { bucket: { by: AttributePath[]; salt: string; hash: "murmur3-mulshift"; ranges: [number, number][] } };

export type Rollout = {
  by?: AttributePath[] | undefined;
  salt?: string | undefined;
  hash?: "murmur3-mulshift" | undefined;
  weights: [string, number][];
  onMissingKey?: "skip" | "default" | "error" | undefined;
  onMiss?: "next" | "default" | undefined;
  ramp?: { from: number; to: number; startAt: string; endAt: string } | undefined;
};

export type Serve = { variant: string } | { rollout: Rollout } | { draw: { weights: [string, number][] } };

export type Rule = {
  id: string;
  description?: string | undefined;
  when?: Condition | undefined;
  serve: Serve;
  from?: string | undefined;
  until?: string | undefined;
};

export type Configuration = {
  enabled: boolean;
  offVariant?: string | null | undefined;
  default: Serve;
  rules?: Rule[] | undefined;
  prerequisites?: { flag: string; variants: string[] }[] | undefined;
};

export type Flag = {
  schemaVersion?: 1 | undefined;
  version?: number | undefined;
  updatedAt?: string | undefined;
  key: string;
  kind?: "flag" | "switch" | "sample" | undefined;
  type: "boolean" | "string" | "integer" | "float" | "object";
  variants: Record<string, unknown>;
  clientVisible?: boolean | undefined;
  metadata?: Record<string, string | number | boolean> | undefined;
  description?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | undefined;
  enabled: boolean;
  offVariant?: string | null | undefined;
  default: Serve;
  rules?: Rule[] | undefined;
  prerequisites?: { flag: string; variants: string[] }[] | undefined;
};

export type SegmentInput = {
  key: string;
  name?: string | undefined;
  description?: string | undefined;
  condition: Condition;
};

export type EnvironmentInput = { key: string; name?: string | undefined; copyFrom?: string | undefined };

export type EnvironmentPatch = { name?: string | undefined; overridesAllowed?: boolean | undefined };

export type KeyInput = { kind: "client" | "server"; name?: string | undefined; origins?: string[] | undefined };

export type OverridesInput = { flags: Record<string, string>; expiresInSeconds?: number | undefined };

export type ExplainInput = {
  context?: Record<string, unknown> | undefined;
  request?: Record<string, unknown> | undefined;
};

export type SampleInput = {
  context?: Record<string, unknown> | undefined;
  request?: Record<string, unknown> | undefined;
  count?: number | undefined;
  by?: AttributePath | undefined;
};

export type Apply = { flags: unknown[]; segments?: unknown[] | undefined; whole?: boolean | undefined };

export type Restore = { image: "before" | "after" };

export type CachePurge =
  | { flags: string[] }
  | { kind: "flag" | "switch" | "sample" }
  | { pattern: string }
  | { all: true };

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId: string;
  /** The current version, where somebody else was first. */ version?: number | undefined;
  errors?: { /** JSON pointer of the field */ pointer: string; detail: string }[] | undefined;
};

/** Any fields of Flag; null takes one away, so that its default counts (RFC 7396). */
export type FlagPatch = Record<string, unknown>;

/** Any fields of SegmentInput; null takes one away, so that its default counts (RFC 7396). */
export type SegmentPatch = Record<string, unknown>;

export type Written = {
  /** Version of the environment after the write: `X-Flags-Min-Version` takes it. */ version: number;
  published: {
    /** Absent: the worker runs without Redis. */ redis?: boolean | undefined;
    /** Absent: nothing is kept at data centres. */ edge?: boolean | undefined;
  };
};

export type FlagWritten = {
  /** Version of the environment after the write: `X-Flags-Min-Version` takes it. */ version: number;
  published: {
    /** Absent: the worker runs without Redis. */ redis?: boolean | undefined;
    /** Absent: nothing is kept at data centres. */ edge?: boolean | undefined;
  };
  flag: Flag;
};

export type FlagPage = {
  items: Flag[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

export type Definition = {
  key: string;
  kind: "flag" | "switch" | "sample";
  type: "boolean" | "string" | "integer" | "float" | "object";
  variants: Record<string, unknown>;
  clientVisible: boolean;
  metadata: Record<string, unknown>;
  description: string;
  tags: string[];
  owner?: string | undefined;
  createdAt: string;
  updatedAt: string;
  environments: string[];
};

export type DefinitionPage = {
  items: Definition[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

/** Any fields of the definition in Flag; null takes one away, so that its default counts (RFC 7396). */
export type DefinitionPatch = Record<string, unknown>;

export type DefinitionWithEnvironments = {
  key: string;
  kind: "flag" | "switch" | "sample";
  type: "boolean" | "string" | "integer" | "float" | "object";
  variants: Record<string, unknown>;
  clientVisible: boolean;
  metadata: Record<string, unknown>;
  description: string;
  tags: string[];
  owner?: string | undefined;
  createdAt: string;
  updatedAt: string;
  /** By environment key. */ environments: Record<
    string,
    Configuration & { /** Environment version at which it last changed. */ version: number }
  >;
};

export type DefinitionWritten = { /** Environments with a new version. */ environments: Record<string, Written> };

export type Segment = {
  key: string;
  name: string;
  description: string;
  condition: Condition;
  /** Environment version at which it last changed. */ version: number;
  usedBy: { flags: string[]; segments: string[] };
  createdAt: string;
  updatedAt: string;
};

export type SegmentList = {
  items: Segment[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

export type SegmentWritten = {
  /** Version of the environment after the write: `X-Flags-Min-Version` takes it. */ version: number;
  published: {
    /** Absent: the worker runs without Redis. */ redis?: boolean | undefined;
    /** Absent: nothing is kept at data centres. */ edge?: boolean | undefined;
  };
  segment: Segment;
};

export type Environment = {
  key: string;
  name: string;
  version: number;
  /** Whether signed overrides count in it. */ overridesAllowed: boolean;
  createdAt: string;
};

export type EnvironmentList = {
  items: Environment[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

export type EnvironmentWritten = {
  /** Version of the environment after the write: `X-Flags-Min-Version` takes it. */ version: number;
  published: {
    /** Absent: the worker runs without Redis. */ redis?: boolean | undefined;
    /** Absent: nothing is kept at data centres. */ edge?: boolean | undefined;
  };
  environment: {
    key: string;
    name: string;
    version: number;
    /** Whether signed overrides count in it. */ overridesAllowed: boolean;
    createdAt?: string | undefined;
  };
};

export type KeyList = {
  items: {
    id: string;
    environment: string;
    kind: "client" | "server";
    name: string;
    origins: string[];
    createdAt: string;
    revokedAt: string | null;
  }[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

export type KeyCreated = {
  /** Version of the environment after the write: `X-Flags-Min-Version` takes it. */ version: number;
  published: {
    /** Absent: the worker runs without Redis. */ redis?: boolean | undefined;
    /** Absent: nothing is kept at data centres. */ edge?: boolean | undefined;
  };
  key: { id: string; environment: string; kind: "client" | "server"; name: string; origins: string[] };
  /** Shown this once. */ token: string;
};

export type Overrides = {
  /** Letters, digits, `-` and `_`: fit for a URL, a header and a cookie. */ token: string;
  environment: string;
  /** Flag key → variant. */ flags: Record<string, string>;
  expiresAt: string;
  /** Id of the admin token; the token says it too. */ madeBy: string;
};

export type CachePurged = {
  dryRun: boolean;
  /** Flag keys that were held somewhere. */ flags: string[];
  deleted: { l1: number; l2: number | null };
  /** Whether data centres were purged; null: they hold nothing. */ edge: boolean | null;
};

export type CacheWarmed = { version: number; flags: number; l1: number; l2: number | null };

export type CacheStatistics = {
  scope: "isolate";
  /** Tells isolates apart; drawn when this one was first asked. */ isolate: string;
  /** Where the answer comes from, as Cloudflare says; null: nobody said. */ dataCentre: string | null;
  environment: string;
  tiers: {
    l1: {
      hits: number;
      misses: number;
      size: number;
      bytes: number;
      evictions: number;
      errors: number;
      hitRate: number;
    };
    l2:
      | {
          hits: number;
          misses: number;
          size: number;
          bytes: number;
          evictions: number;
          errors: number;
          hitRate: number;
        }
      | { error: string }
      | null;
  };
  total: {
    hits: number;
    misses: number;
    size: number;
    bytes: number;
    evictions: number;
    errors: number;
    hitRate: number;
  };
  reads: {
    /** Round trips of evaluations and fills, by how they ended; `missing`: it answered, and lacked something. */ l2: {
      ok: number;
      missing: number;
      failed: number;
    };
    /** Round trips of evaluations and fills, by how they ended; `missing`: it answered, and lacked something. */ l3: {
      ok: number;
      missing: number;
      failed: number;
    };
  };
  breakers: { redis: string | null; store: string };
  head: { l1: number; l2: number | null; checkedSecondsAgo: number | null };
  outbox: { pending: number | null };
};

export type AuditPage = {
  items: {
    id: number;
    at: string;
    /** `key:<id>` of an admin token, or `sql:<role>`. */ actor: string;
    /** Null: it concerns the project. */ environment: string | null;
    entity: "flag" | "configuration" | "segment" | "key" | "environment";
    key: string;
    action: "create" | "update" | "delete";
    version: number | null;
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
  }[];
  /** Pass it as `cursor` for the next page; null on the last one. */ nextCursor: string | null;
};

export type Explanation = {
  version: number;
  flag: string;
  /** Reason, variant and value, or the error. */ resolution: Record<string, unknown>;
  /** Why the flag cannot be evaluated. */ problem?: string | undefined;
  prerequisites: { flag: string; variants: string[]; served: string | null; isMet: boolean }[];
  rules: {
    id: string;
    state: "matched" | "not matched" | "missed" | "outside schedule" | "not reached";
    when?: ConditionTrace | undefined;
    bucket?: number | null | undefined;
    exposure?: number | undefined;
  }[];
  default: { state: "served" | "not reached"; bucket?: number | null | undefined; exposure?: number | undefined };
};

/** A condition with the result of each of its parts, in the form of the condition. Values are not repeated; a segment's own condition is told where it is met first. */
export type ConditionTrace = {
  result: true | false | "unknown";
  all?: ConditionTrace[] | undefined;
  any?: ConditionTrace[] | undefined;
  not?: ConditionTrace | undefined;
  attribute?: AttributePath | undefined;
  operator?: string | undefined;
  isPresent?: boolean | undefined;
  segment?: string | undefined;
  condition?: ConditionTrace | undefined;
  flag?: string | undefined;
  variants?: string[] | undefined;
  served?: string | null | undefined;
  bucket?: number | null | undefined;
  ranges?: number[][] | undefined;
};

export type Sampled = {
  version: number;
  flag: string;
  count: number;
  outcomes: {
    /** Null: the caller's own default, or an error. */ variant: string | null;
    reason: "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DEFAULT" | "DISABLED" | "ERROR";
    ruleId: string | null;
    count: number;
  }[];
};

export type Propagation = {
  /** The database's clock. */ now: string;
  items: {
    /** Environment version that the change made. */ version: number;
    /** Keys of the flags that it made stale; null: everything. */ flags: string[] | null;
    /** When its transaction began. */ changedAt: string;
    /** When the sweep had purged everywhere; null: not yet. */ confirmedAt: string | null;
  }[];
};

export type EvaluationRequest = {
  /** Attributes of the subject: at most 500 values, 8 levels, 64 KiB. */ context?:
    | { targetingKey?: string | undefined }
    | undefined;
};

export type Evaluation = {
  key: string;
  /** Absent where the caller's default is meant. */ value?: unknown;
  reason: "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DEFAULT" | "DISABLED" | "ERROR";
  variant: string;
  metadata: Record<string, unknown>;
};

export type Evaluations = {
  flags: (Evaluation | OfrepError)[];
  /** Only where the request has `Origin`; `flagSetId` is the environment. */ metadata?:
    | { flagSetId?: string | undefined }
    | undefined;
  /** Only where the request has `Origin` and a client key. */ eventStreams?:
    | { type: "sse"; url: string; inactivityDelaySec?: number | undefined }[]
    | undefined;
};

export type OfrepError = {
  key?: string | undefined;
  errorCode:
    | "FLAG_NOT_FOUND"
    | "PARSE_ERROR"
    | "TYPE_MISMATCH"
    | "TARGETING_KEY_MISSING"
    | "INVALID_CONTEXT"
    | "GENERAL";
  errorDetails?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
};

export type Readiness = {
  status: "ok" | "degraded" | "unavailable";
  /** Entries of L1; state, latency and breaker of L2 and L3. */ tiers: Record<string, unknown>;
};

/** What each operation takes and answers, by its `operationId`. */
export interface Operations {
  listEnvironments: { input: {}; answer: EnvironmentList };
  createEnvironment: { input: { body: EnvironmentInput }; answer: EnvironmentWritten };
  getEnvironment: {
    input: { path: { env: string }; headers?: { "If-None-Match"?: string | undefined } };
    answer: Environment;
  };
  updateEnvironment: { input: { path: { env: string }; body: EnvironmentPatch }; answer: EnvironmentWritten };
  deleteEnvironment: {
    input: {
      path: { env: string };
      query?: { confirm?: string | undefined };
      headers?: { "If-Match"?: string | undefined };
    };
    answer: Written;
  };
  applyEnvironment: {
    input: { path: { env: string }; headers?: { "If-Match"?: string | undefined }; body: Apply };
    answer: Written;
  };
  listDefinitions: {
    input: {
      query?: {
        search?: string | undefined;
        tag?: string | undefined;
        kind?: string | undefined;
        limit?: string | undefined;
        cursor?: string | undefined;
      };
    };
    answer: DefinitionPage;
  };
  getDefinition: {
    input: { path: { key: string }; headers?: { "If-None-Match"?: string | undefined } };
    answer: DefinitionWithEnvironments;
  };
  patchDefinition: {
    input: { path: { key: string }; headers?: { "If-Match"?: string | undefined }; body: DefinitionPatch };
    answer: DefinitionWritten;
  };
  deleteDefinition: {
    input: { path: { key: string }; headers?: { "If-Match"?: string | undefined } };
    answer: DefinitionWritten;
  };
  listFlags: {
    input: {
      path: { env: string };
      query?: {
        search?: string | undefined;
        tag?: string | undefined;
        kind?: string | undefined;
        limit?: string | undefined;
        cursor?: string | undefined;
      };
    };
    answer: FlagPage;
  };
  createFlag: { input: { path: { env: string }; body: Flag }; answer: FlagWritten };
  getFlag: {
    input: { path: { env: string; key: string }; headers?: { "If-None-Match"?: string | undefined } };
    answer: Flag;
  };
  putFlag: {
    input: {
      path: { env: string; key: string };
      headers?: { "If-Match"?: string | undefined; "If-None-Match"?: string | undefined };
      body: Flag;
    };
    answer: FlagWritten;
  };
  patchFlag: {
    input: { path: { env: string; key: string }; headers?: { "If-Match"?: string | undefined }; body: FlagPatch };
    answer: FlagWritten;
  };
  deleteFlag: {
    input: { path: { env: string; key: string }; headers?: { "If-Match"?: string | undefined } };
    answer: Written;
  };
  updateFlag: {
    input: {
      path: { key: string };
      query: { environment: string };
      headers?: { "If-Match"?: string | undefined };
      body: FlagPatch;
    };
    answer: FlagWritten;
  };
  explainFlag: { input: { path: { env: string; key: string }; body: ExplainInput }; answer: Explanation };
  sampleFlag: { input: { path: { env: string; key: string }; body: SampleInput }; answer: Sampled };
  listSegments: {
    input: { path: { env: string }; query?: { limit?: string | undefined; cursor?: string | undefined } };
    answer: SegmentList;
  };
  createSegment: { input: { path: { env: string }; body: SegmentInput }; answer: SegmentWritten };
  getSegment: {
    input: { path: { env: string; key: string }; headers?: { "If-None-Match"?: string | undefined } };
    answer: Segment;
  };
  putSegment: {
    input: {
      path: { env: string; key: string };
      headers?: { "If-Match"?: string | undefined; "If-None-Match"?: string | undefined };
      body: SegmentInput;
    };
    answer: SegmentWritten;
  };
  patchSegment: {
    input: { path: { env: string; key: string }; headers?: { "If-Match"?: string | undefined }; body: SegmentPatch };
    answer: SegmentWritten;
  };
  deleteSegment: {
    input: { path: { env: string; key: string }; headers?: { "If-Match"?: string | undefined } };
    answer: Written;
  };
  listKeys: {
    input: { path: { env: string }; query?: { limit?: string | undefined; cursor?: string | undefined } };
    answer: KeyList;
  };
  createKey: { input: { path: { env: string }; body: KeyInput }; answer: KeyCreated };
  revokeKey: { input: { path: { env: string; id: string } }; answer: Written };
  createOverrides: { input: { path: { env: string }; body: OverridesInput }; answer: Overrides };
  purgeCache: {
    input: { path: { env: string }; query?: { dryRun?: string | undefined }; body: CachePurge };
    answer: CachePurged;
  };
  warmCache: { input: { path: { env: string } }; answer: CacheWarmed };
  getCacheStats: { input: { path: { env: string } }; answer: CacheStatistics };
  getPropagation: { input: { path: { env: string } }; answer: Propagation };
  listProjectAudit: {
    input: {
      query?: {
        entity?: string | undefined;
        key?: string | undefined;
        limit?: string | undefined;
        cursor?: string | undefined;
      };
    };
    answer: AuditPage;
  };
  listAudit: {
    input: {
      path: { env: string };
      query?: {
        entity?: string | undefined;
        key?: string | undefined;
        limit?: string | undefined;
        cursor?: string | undefined;
      };
    };
    answer: AuditPage;
  };
  restoreFromAudit: { input: { path: { env: string; id: string }; body: Restore }; answer: DefinitionWritten };
  getMetrics: { input: {}; answer: string };
  evaluateFlag: {
    input: {
      path: { key: string };
      query?: { "burgee-overrides"?: string | undefined };
      headers?: {
        "X-Flags-Min-Version"?: string | undefined;
        "Cache-Control"?: string | undefined;
        "X-Flags-Debug"?: string | undefined;
        "X-Flags-Overrides"?: string | undefined;
      };
      body: EvaluationRequest;
    };
    answer: Evaluation;
  };
  evaluateFlags: {
    input: {
      query?: {
        flagConfigEtag?: string | undefined;
        flagConfigLastModified?: string | undefined;
        "burgee-overrides"?: string | undefined;
      };
      headers?: {
        "If-None-Match"?: string | undefined;
        "X-Flags-Min-Version"?: string | undefined;
        "Cache-Control"?: string | undefined;
        "X-Flags-Debug"?: string | undefined;
        "X-Flags-Overrides"?: string | undefined;
      };
      body: EvaluationRequest;
    };
    answer: Evaluations;
  };
  openChangeStream: {
    input: { query?: { key?: string | undefined }; headers?: { "Last-Event-ID"?: string | undefined } };
    answer: string;
  };
  getFlagValue: {
    input: {
      path: { name: string };
      query?: {
        targetingKey?: string | undefined;
        context?: string | undefined;
        sdkKey?: string | undefined;
        "burgee-overrides"?: string | undefined;
      };
      headers?: {
        "If-None-Match"?: string | undefined;
        "X-Flags-Min-Version"?: string | undefined;
        "X-Flags-Overrides"?: string | undefined;
      };
    };
    answer: Evaluation;
  };
  getFlagValues: {
    input: {
      query?: {
        targetingKey?: string | undefined;
        context?: string | undefined;
        sdkKey?: string | undefined;
        "burgee-overrides"?: string | undefined;
      };
      headers?: {
        "If-None-Match"?: string | undefined;
        "X-Flags-Min-Version"?: string | undefined;
        "X-Flags-Overrides"?: string | undefined;
      };
    };
    answer: Evaluations;
  };
  getLiveness: { input: {}; answer: Record<string, unknown> };
  getReadiness: { input: {}; answer: Readiness | string };
  getContract: { input: {}; answer: Record<string, unknown> };
  getReference: { input: {}; answer: string };
}

/** Method and path of each operation. */
export const ROUTES: { readonly [Id in keyof Operations]: readonly [method: string, path: string] } = {
  listEnvironments: ["GET", "/api/v1/environments"],
  createEnvironment: ["POST", "/api/v1/environments"],
  getEnvironment: ["GET", "/api/v1/environments/{env}"],
  updateEnvironment: ["PATCH", "/api/v1/environments/{env}"],
  deleteEnvironment: ["DELETE", "/api/v1/environments/{env}"],
  applyEnvironment: ["POST", "/api/v1/environments/{env}/apply"],
  listDefinitions: ["GET", "/api/v1/flags"],
  getDefinition: ["GET", "/api/v1/flags/{key}"],
  patchDefinition: ["PATCH", "/api/v1/flags/{key}"],
  deleteDefinition: ["DELETE", "/api/v1/flags/{key}"],
  listFlags: ["GET", "/api/v1/environments/{env}/flags"],
  createFlag: ["POST", "/api/v1/environments/{env}/flags"],
  getFlag: ["GET", "/api/v1/environments/{env}/flags/{key}"],
  putFlag: ["PUT", "/api/v1/environments/{env}/flags/{key}"],
  patchFlag: ["PATCH", "/api/v1/environments/{env}/flags/{key}"],
  deleteFlag: ["DELETE", "/api/v1/environments/{env}/flags/{key}"],
  updateFlag: ["POST", "/flags/{key}/update"],
  explainFlag: ["POST", "/api/v1/environments/{env}/flags/{key}/explain"],
  sampleFlag: ["POST", "/api/v1/environments/{env}/flags/{key}/sample"],
  listSegments: ["GET", "/api/v1/environments/{env}/segments"],
  createSegment: ["POST", "/api/v1/environments/{env}/segments"],
  getSegment: ["GET", "/api/v1/environments/{env}/segments/{key}"],
  putSegment: ["PUT", "/api/v1/environments/{env}/segments/{key}"],
  patchSegment: ["PATCH", "/api/v1/environments/{env}/segments/{key}"],
  deleteSegment: ["DELETE", "/api/v1/environments/{env}/segments/{key}"],
  listKeys: ["GET", "/api/v1/environments/{env}/keys"],
  createKey: ["POST", "/api/v1/environments/{env}/keys"],
  revokeKey: ["DELETE", "/api/v1/environments/{env}/keys/{id}"],
  createOverrides: ["POST", "/api/v1/environments/{env}/overrides"],
  purgeCache: ["POST", "/api/v1/environments/{env}/cache/purge"],
  warmCache: ["POST", "/api/v1/environments/{env}/cache/warm"],
  getCacheStats: ["GET", "/api/v1/environments/{env}/cache/stats"],
  getPropagation: ["GET", "/api/v1/environments/{env}/cache/propagation"],
  listProjectAudit: ["GET", "/api/v1/audit"],
  listAudit: ["GET", "/api/v1/environments/{env}/audit"],
  restoreFromAudit: ["POST", "/api/v1/environments/{env}/audit/{id}/restore"],
  getMetrics: ["GET", "/api/v1/metrics"],
  evaluateFlag: ["POST", "/ofrep/v1/evaluate/flags/{key}"],
  evaluateFlags: ["POST", "/ofrep/v1/evaluate/flags"],
  openChangeStream: ["GET", "/ofrep/v1/stream"],
  getFlagValue: ["GET", "/flags/{name}"],
  getFlagValues: ["GET", "/flags"],
  getLiveness: ["GET", "/healthz"],
  getReadiness: ["GET", "/readyz"],
  getContract: ["GET", "/openapi.json"],
  getReference: ["GET", "/docs"],
};
