import type { FlagSource } from "../../delivery/read/flag-source.ts";
import type { SourceQuestion, SourceResult } from "../../delivery/read/source-result.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import type {
  CompiledFlag,
  EvaluationContext,
  EvaluationInput,
  RequestAttributes,
  Resolution,
} from "../../evaluation/types.ts";
import type { KeyTable, SdkKeyRecord } from "../../flags/sdk-keys.ts";
import { formProblem, KEY_PATTERN } from "../../flags/limits.ts";
import type { FailureLog } from "../../ops/failure-log.ts";
import type { Metrics } from "../../ops/metrics.ts";
import type { RequestFacts } from "../../ops/runtime.ts";
import { type Authenticator, requireSdkKey, requireSdkKind, tokenOf, type VerifiedSdkKey } from "../authenticate.ts";
import { HttpError } from "../errors.ts";
import { type RateLimits, requireWithin } from "../limits.ts";
import { evaluateUnder, type OverrideReader } from "../overrides/overrides.ts";
import type { UsageCounters } from "../../usage/usage-counters.ts";
import { forClients, unchanged } from "./client-errors.ts";
import { requestAttributes } from "./context.ts";

/** The services that evaluation over HTTP uses. */
export interface EvaluationServices {
  source: FlagSource;
  authenticator: Authenticator;
  now(): number;
  random(): number;
  limits: RateLimits;
  metrics: Metrics;
  failures: FailureLog;
  overrides: OverrideReader;
  usage: UsageCounters;
}

/** The caller of an evaluation, and the resources of its request. */
export interface EvaluationQuestion extends SourceQuestion {
  /** The SDK key, whose MAC is valid. A caller through a binding needs none. */
  token?: VerifiedSdkKey;
  /** The request that flags can depend on. A caller through a binding may pass none. */
  request?: RequestFacts;
}

/** One evaluation request over HTTP. */
export interface EvaluationRequest extends EvaluationQuestion {
  keyId: string;
  token: VerifiedSdkKey;
  request: Request;
}

/** The source of a result, for the response's headers. */
export interface Provenance {
  version: number;
  /** The time of the evaluation (ms since epoch). The flags may be read after it. */
  evaluatedAt: number;
  /** RFC 9211. */
  cacheStatus: string;
  isStale: boolean;
  /** Server-Timing, for callers that ask. Only for results that took I/O: without I/O a worker's clock stands still. */
  timing?: string | undefined;
  /** How the request's overrides were used. `undefined` if it carries none or the environment allows none. */
  overrides?: string | undefined;
}

/** The result of evaluating one flag. */
export interface FlagEvaluation extends Provenance {
  flag: CompiledFlag;
  resolution: Resolution;
}

/** The result of evaluating every flag that a key may see: `resolutions[i]` belongs to `flags[i]`. */
export interface BulkEvaluation extends Provenance {
  flags: readonly CompiledFlag[];
  resolutions: readonly Resolution[];
}

/** A binding names an environment that does not exist. */
export class UnknownEnvironmentError extends HttpError {
  constructor(environment: string) {
    super(404, `environment "${environment}" does not exist`);
  }
}

/**
 * The clocks of two isolates differ by less than this (ms). A request that an event caused is evaluated at the event's
 * time if that is ahead by less than this. With a larger limit, a caller could look into the future.
 */
const MAX_CLOCK_SKEW_MS = 2000;

const HIT_L1 = "Burgee-L1; hit";
const NO_ATTRIBUTES: RequestAttributes = {};

/** Reads the key, the minimum version and the cache directives. @throws HttpError 400, 401, 403, 429 */
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
  const { environment, id: keyId } = token;
  return { environment, keyId, seesOnlyVisible: token.kind === "client", token, request, scope };
}

/** Evaluates one flag. @throws HttpError 404 FLAG_NOT_FOUND, also for a flag that a client key may not see */
export async function evaluateOne(
  services: EvaluationServices,
  opened: EvaluationQuestion,
  flagKey: string,
  context: EvaluationContext,
): Promise<FlagEvaluation> {
  if (!KEY_PATTERN.test(flagKey)) throw notFound(flagKey);
  const { seesOnlyVisible, request } = opened;
  // Read the clock once: it costs as much as the rest of a look-up.
  const now = services.now();
  const found = services.source.flag(opened, flagKey, now);
  const isWarm = !(found instanceof Promise);
  const result = isWarm ? found : await found;
  assertFound(result, opened);
  const overridesSince = checkAccess(services, result, opened);
  const { value: flag } = result;
  const provenance = provenanceOf(result, now);
  if (!isWarm) provenance.timing = timingOf(services, opened, now, provenance);
  // To a client key a hidden flag and an absent one look the same, so no header says where the result came from.
  if (seesOnlyVisible === true && flag?.clientVisible !== true) throw notFound(flagKey);
  if (flag === null) throw notFound(flagKey, provenanceHeaders(provenance));
  const input = inputFor(services, request, context, now, flag.readsRequest);
  // If the environment allows no overrides, which is the usual case, the request is not searched for them.
  const show = seesOnlyVisible === true ? forClients : unchanged;
  if (overridesSince === undefined || request === undefined) {
    const resolution = show(flag.evaluate(input));
    services.usage.one(opened, flag, resolution, now);
    return { flag, resolution, ...provenance };
  }
  const overrides = await services.overrides.of(request, opened.environment, overridesSince, now);
  const resolution = show(evaluateUnder(overrides, flag, input));
  services.usage.one(opened, flag, resolution, now);
  return { flag, resolution, ...provenance, overrides: overrides?.status };
}

/**
 * Evaluates every flag that the key may see, sorted by flag key. `announcedAt` is the time of the event that made the
 * client ask (ms since epoch).
 */
export async function evaluateAll(
  services: EvaluationServices,
  opened: EvaluationQuestion,
  context: EvaluationContext,
  announcedAt = 0,
): Promise<BulkEvaluation> {
  const { seesOnlyVisible, request } = opened;
  const startedAt = services.now();
  const found = services.source.all(opened, startedAt);
  // At a boundary, this isolate's clock may be behind that of the isolate which announced it.
  const now = announcedAt - startedAt < MAX_CLOCK_SKEW_MS ? Math.max(startedAt, announcedAt) : startedAt;
  const result = found instanceof Promise ? await found : found;
  assertFound(result, opened);
  const overridesSince = checkAccess(services, result, opened);
  const { value } = result;
  const provenance = provenanceOf(result, now);
  if (provenance.cacheStatus !== HIT_L1) provenance.timing = timingOf(services, opened, startedAt, provenance);
  const flags = seesOnlyVisible === true ? value.clientVisible : value.all;
  const input = inputFor(services, request, context, now, value.readsRequest);
  const show = seesOnlyVisible === true ? forClients : unchanged;
  if (overridesSince === undefined || request === undefined) {
    const resolutions = flags.map((flag) => show(flag.evaluate(input)));
    services.usage.all(opened, flags, resolutions, startedAt);
    return { flags, resolutions, ...provenance };
  }
  const overrides = await services.overrides.of(request, opened.environment, overridesSince, now);
  const resolutions = flags.map((flag) => show(evaluateUnder(overrides, flag, input)));
  services.usage.all(opened, flags, resolutions, startedAt);
  return { flags, resolutions, ...provenance, overrides: overrides?.status };
}

/**
 * Returns the environment, OpenFeature's `flagSetId`, for callers whose metadata has the names for telemetry. Returns
 * `undefined` for client keys, because each change of rules would look to them like a change of the value.
 */
export function flagSetIdFor({ environment, seesOnlyVisible }: EvaluationQuestion): string | undefined {
  return seesOnlyVisible === true ? undefined : environment;
}

/** The headers that say where a result came from. */
export function provenanceHeaders({
  version,
  cacheStatus,
}: Pick<Provenance, "version" | "cacheStatus">): Record<string, string> {
  return { "x-flags-version": String(version), "cache-status": cacheStatus };
}

function notFound(flagKey: string, headers: Record<string, string> = {}): HttpError {
  const key = flagKey.slice(0, 256);
  const problem = formProblem(key);
  const detail = `flag "${key}" does not exist${problem === undefined ? "" : `; its key ${problem}`}`;
  return new HttpError(404, detail, { code: "FLAG_NOT_FOUND", headers });
}

/**
 * To the holder of a key, an environment that was deleted after the key was created looks the same as a revoked key.
 * @throws HttpError 401, UnknownEnvironmentError
 */
function assertFound<V>(
  result: SourceResult<V> | undefined,
  { token, request, environment }: EvaluationQuestion,
): asserts result is SourceResult<V> {
  if (result !== undefined) return;
  if (token !== undefined) requireSdkKey(token, {}, request);
  throw new UnknownEnvironmentError(environment);
}

/**
 * Checks the key, if the question has one, and counts the result. Returns since when the environment allows overrides.
 * @throws HttpError 401, 403
 */
export function checkAccess(
  services: EvaluationServices,
  { keys, isStale, tier }: SourceResult<unknown>,
  { token, request }: EvaluationQuestion,
): number | undefined {
  const record = token === undefined ? anyOf(keys) : requireSdkKey(token, keys, request);
  services.metrics.countResult(isStale && tier !== "snapshot" ? "stale" : tier);
  if (!isStale) services.failures.succeeded("request");
  return record?.overridesSince;
}

/** Returns one row of the table. Whether overrides are allowed is the same in all of them. */
function anyOf(keys: KeyTable): SdkKeyRecord | undefined {
  for (const id in keys) return keys[id];
  return undefined;
}

/** Says where a result came from. */
export function provenanceOf(result: SourceResult<unknown>, evaluatedAt: number): Provenance {
  return { version: result.version, evaluatedAt, isStale: result.isStale, cacheStatus: cacheStatusOf(result) };
}

/** Server-Timing for a server key that sends `X-Flags-Debug: timing`. */
function timingOf(
  services: EvaluationServices,
  { request, token }: EvaluationQuestion,
  startedAt: number,
  { cacheStatus }: Provenance,
): string | undefined {
  if (token?.kind !== "server" || request?.headers.get("x-flags-debug") !== "timing") return undefined;
  return `load;dur=${services.now() - startedAt};desc="${cacheStatus}"`;
}

function cacheStatusOf({ tier, isStale, ageSeconds }: SourceResult<unknown>): string {
  if (tier === "snapshot") return `Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-${ageSeconds}; detail=stale`;
  if (isStale) return `Burgee-L1; hit; ttl=-${ageSeconds}; detail=stale`;
  switch (tier) {
    case "L1":
      return HIT_L1;
    case "data-centre":
      return "Burgee-L1; fwd=miss, Burgee-Data-Centre; hit";
    case "L2":
      return "Burgee-L1; fwd=miss, Burgee-L2; hit";
    case "L3":
      return "Burgee-L1; fwd=miss, Burgee-L2; fwd=miss; stored";
  }
}

function inputFor(
  services: EvaluationServices,
  request: RequestFacts | undefined,
  context: EvaluationContext,
  now: number,
  readsRequest: boolean,
): EvaluationInput {
  return {
    context,
    request: readsRequest && request !== undefined ? requestAttributes(request) : NO_ATTRIBUTES,
    now,
    random: services.random,
    // Named here, so that all inputs have one shape.
    draws: undefined,
  };
}
