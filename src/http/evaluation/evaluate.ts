import type { FlagSource, SourceAnswer } from "../../delivery/read/flag-source.ts";
import type { RequestScope, Tier } from "../../delivery/request-scope.ts";
import type {
  CompiledFlag,
  EvaluationContext,
  EvaluationInput,
  RequestAttributes,
  Resolution,
} from "../../evaluation/types.ts";
import type { FailureLog } from "../../ops/failure-log.ts";
import type { Metrics } from "../../ops/metrics.ts";
import {
  type Authenticator,
  isListed,
  requireSdkKey,
  requireSdkKind,
  tokenOf,
  type VerifiedToken,
} from "../authenticate.ts";
import { requestAttributes } from "./context.ts";
import type { SdkKeyRecord } from "../../flags/sdk-keys.ts";
import { KEY_PATTERN } from "../../flags/limits.ts";
import { HttpError } from "../errors.ts";
import { evaluateUnder, type OverrideReader } from "../overrides/overrides.ts";
import { type RateLimits, requireWithin } from "../limits.ts";

/** What evaluating over HTTP needs from the composition root. */
export interface EvaluationServices {
  source: FlagSource;
  authenticator: Authenticator;
  now(): number;
  random(): number;
  limits: RateLimits;
  metrics: Metrics;
  failures: FailureLog;
  overrides: OverrideReader;
  /** False: too many requests in this isolate for versions that are not visible here yet … */
  mayWaitForVersion(): boolean;
  /** … and for flags that a warm isolate has never seen. */
  mayLoadUnknown(): boolean;
}

/** One evaluation request, once its key's MAC is right. */
export interface EvaluationRequest {
  token: VerifiedToken;
  request: Request;
  scope: RequestScope;
}

/** Where an answer came from, for the headers. */
export interface Provenance {
  version: number;
  /** RFC 9211. */
  cacheStatus: string;
  isStale: boolean;
  /** Server-Timing: for who asks, and only of an answer that took I/O, without which a worker's clock stands still. */
  timing?: string | undefined;
  /** What became of the overrides that the request carries. Absent: it carries none, or the environment allows none. */
  overrides?: string | undefined;
}

export interface OneAnswer extends Provenance {
  flag: CompiledFlag;
  resolution: Resolution;
}

export interface AllAnswer extends Provenance {
  flags: readonly CompiledFlag[];
  resolutions: readonly Resolution[];
}

const HIT_L1 = "Burgee-L1; hit";
const NO_ATTRIBUTES: RequestAttributes = {};

/** Reads key, minimum version and cache directives. @throws HttpError 400, 401, 403, 429 */
export async function openRequest(
  services: EvaluationServices,
  request: Request,
  waitUntil: RequestScope["waitUntil"],
  queryToken?: string | null,
): Promise<EvaluationRequest> {
  const { headers } = request;
  const presented = tokenOf(headers) ?? queryToken ?? undefined;
  const token = requireSdkKind(
    (presented !== undefined && services.authenticator.remembered(presented)) ||
      (await services.authenticator.verify(presented, headers)),
  );
  const scope: RequestScope = { waitUntil };
  const minVersion = headers.get("x-flags-min-version");
  if (minVersion !== null) {
    if (!/^\d{1,15}$/.test(minVersion))
      throw new HttpError(400, "the header X-Flags-Min-Version must be a whole number");
    scope.minVersion = Number(minVersion);
  }
  if (token.kind === "server" && headers.get("cache-control")?.includes("no-cache") === true) {
    await requireWithin(services.limits.noCache, token.id, "requests with Cache-Control: no-cache");
    scope.noCache = true;
  }
  return { token, request, scope };
}

/** Evaluates one flag. @throws HttpError 404 FLAG_NOT_FOUND, also for flags that a client key may not see */
export async function evaluateOne(
  services: EvaluationServices,
  { token, request, scope }: EvaluationRequest,
  flagKey: string,
  context: EvaluationContext,
): Promise<OneAnswer> {
  if (!KEY_PATTERN.test(flagKey)) throw notFound(flagKey);
  // The clock is read once: it costs as much as the rest of a look-up.
  const now = services.now();
  const warm = isPlain(scope) ? services.source.warm(token.scope, now) : undefined;
  const entry = warm?.lookup(flagKey, now);
  let flag: CompiledFlag | null;
  let provenance: Provenance;
  let record: SdkKeyRecord;
  if (warm?.keys !== undefined && entry !== undefined && isListed(token, warm.keys)) {
    record = requireSdkKey(token, warm.keys, request);
    flag = entry.value;
    provenance = { version: warm.version, cacheStatus: HIT_L1, isStale: false };
    services.metrics.answered("L1");
  } else {
    if (isUnlisted(services, token)) await requireListed(services, token, request, scope);
    requireMayLoad(services, token, scope, warm !== undefined);
    const answer = await services.source.flag(token.scope, flagKey, scope);
    ({ value: flag, provenance, record } = opened(services, answer, token, request));
    provenance.timing = timingOf(services, request, token, now, provenance);
  }
  // To a client key a hidden flag and an absent one look the same, so nothing says where the answer came from.
  if (token.kind === "client" && flag?.document.clientVisible !== true) throw notFound(flagKey);
  if (flag === null) throw notFound(flagKey, provenanceHeaders(provenance));
  const input = inputFor(services, request, context, now, flag.readsRequest);
  // Where the environment allows none, which is the usual case, nothing of the request is looked at.
  const { overridesSince } = record;
  if (overridesSince === undefined) return { flag, resolution: flag.evaluate(input), ...provenance };
  const overrides = await services.overrides.of(request, token.scope, overridesSince, now);
  return { flag, resolution: evaluateUnder(overrides, flag, input), ...provenance, overrides: overrides?.status };
}

/** Evaluates every flag that the key may see, sorted by flag key. */
export async function evaluateAll(
  services: EvaluationServices,
  { token, request, scope }: EvaluationRequest,
  context: EvaluationContext,
): Promise<AllAnswer> {
  if (isUnlisted(services, token)) await requireListed(services, token, request, scope);
  requireMayLoad(services, token, scope, false);
  const startedAt = services.now();
  const answer = await services.source.all(token.scope, scope);
  const { value, provenance, record } = opened(services, answer, token, request);
  if (provenance.cacheStatus !== HIT_L1) provenance.timing = timingOf(services, request, token, startedAt, provenance);
  const flags = token.kind === "client" ? value.clientVisible : value.all;
  const input = inputFor(services, request, context, startedAt, value.readsRequest);
  const { overridesSince } = record;
  if (overridesSince === undefined)
    return { flags, resolutions: flags.map((flag) => flag.evaluate(input)), ...provenance };
  const overrides = await services.overrides.of(request, token.scope, overridesSince, startedAt);
  const resolutions = flags.map((flag) => evaluateUnder(overrides, flag, input));
  return { flags, resolutions, ...provenance, overrides: overrides?.status };
}

/** The key is revoked, or newer than what this isolate knows. */
export function isUnlisted({ source }: Pick<EvaluationServices, "source">, token: VerifiedToken): boolean {
  const known = source.knownKeys(token.scope);
  return known !== undefined && !isListed(token, known);
}

/** Refuses an unlisted key only after a look at the head. @throws HttpError 401 */
export async function requireListed(
  { source }: Pick<EvaluationServices, "source">,
  token: VerifiedToken,
  request: Request,
  scope: RequestScope,
): Promise<void> {
  const newer = await source.newerKeys(token.scope, scope);
  if (newer !== undefined) requireSdkKey(token, newer, request);
}

function notFound(flagKey: string, headers: Record<string, string> = {}): HttpError {
  return new HttpError(404, `flag "${flagKey.slice(0, 128)}" does not exist`, { code: "FLAG_NOT_FOUND", headers });
}

/** Bounds what one isolate asks of the backends for callers who name flags or versions that it has never seen. */
function requireMayLoad(
  services: EvaluationServices,
  token: VerifiedToken,
  scope: RequestScope,
  isWarm: boolean,
): void {
  const isAhead = scope.minVersion !== undefined && scope.minVersion > services.source.knownVersion(token.scope);
  if ((isAhead && !services.mayWaitForVersion()) || (isWarm && !services.mayLoadUnknown())) {
    throw new HttpError(429, "too many requests for what this edge does not hold", { headers: { "retry-after": "1" } });
  }
}

export function provenanceHeaders({ version, cacheStatus }: Omit<Provenance, "isStale">): Record<string, string> {
  return { "x-flags-version": String(version), "cache-status": cacheStatus };
}

function opened<V>(
  services: EvaluationServices,
  answer: SourceAnswer<V> | undefined,
  token: VerifiedToken,
  request: Request,
): { value: V; provenance: Provenance; record: SdkKeyRecord } {
  // The environment was deleted after the key was made: for the caller the same as a revoked key.
  if (answer === undefined) throw new HttpError(401, "the key is revoked");
  const record = requireSdkKey(token, answer.keys, request);
  const { value, version, isStale, tier } = answer;
  services.metrics.answered(isStale && tier !== "snapshot" ? "stale" : tier);
  if (!isStale) services.failures.succeeded("request");
  return { value, provenance: { version, isStale, cacheStatus: cacheStatusOf(answer) }, record };
}

/** `X-Flags-Debug: timing` from a server key. */
function timingOf(
  services: EvaluationServices,
  request: Request,
  token: VerifiedToken,
  startedAt: number,
  { cacheStatus }: Provenance,
): string | undefined {
  if (token.kind !== "server" || request.headers.get("x-flags-debug") !== "timing") return undefined;
  return `load;dur=${services.now() - startedAt};desc="${cacheStatus}"`;
}

function cacheStatusOf({ tier, isStale, ageSeconds }: { tier: Tier; isStale: boolean; ageSeconds: number }): string {
  if (tier === "snapshot") return `Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-${ageSeconds}; detail=stale`;
  if (isStale) return `Burgee-L1; hit; ttl=-${ageSeconds}; detail=stale`;
  switch (tier) {
    case "L1":
      return HIT_L1;
    case "L2":
      return "Burgee-L1; fwd=miss, Burgee-L2; hit";
    case "L3":
      return "Burgee-L1; fwd=miss, Burgee-L2; fwd=miss; stored";
  }
}

function inputFor(
  services: EvaluationServices,
  request: Request,
  context: EvaluationContext,
  now: number,
  readsRequest: boolean,
): EvaluationInput {
  return {
    context,
    request: readsRequest ? requestAttributes(request) : NO_ATTRIBUTES,
    now,
    random: services.random,
  };
}

function isPlain(scope: RequestScope): boolean {
  return scope.minVersion === undefined && scope.noCache !== true;
}
