/** Serves the calls of service bindings. Nothing here throws: a caller gets its default, and the reason. */
import { type Context, type Details, detailsOf, failed, plainContext } from "../evaluation/details.ts";
import type { CompiledFlag, EvaluationContext, Resolution } from "../evaluation/types.ts";
import { SettingsError } from "../env.ts";
import type { JsonValue } from "../flags/document.ts";
import { HttpError, toHttpError } from "../http/errors.ts";
import { pageMembers } from "../http/evaluation/bulk-members.ts";
import { parseContext } from "../http/evaluation/context.ts";
import {
  evaluateAll,
  evaluateOne,
  type EvaluationQuestion,
  flagSetIdFor,
  UnknownEnvironmentError,
} from "../http/evaluation/evaluate.ts";
import { bulkBody } from "../http/evaluation/ofrep.ts";
import { entityTag, renderResolution } from "../http/evaluation/render.ts";
import type { Services } from "../http/services.ts";
import type { AllFlags, BindingDetails, Bootstrap, BootstrapOptions, CallOptions } from "./interface.ts";
import { factsOf } from "./passed-request.ts";
import { parseProps, PropsError } from "./props.ts";

/** The Worker that calls, as the runtime presents it. */
export interface Caller {
  /** @throws SettingsError */
  services(): Services;
  props: unknown;
  waitUntil(promise: Promise<unknown>): void;
}

/** The arguments of a call. Another Worker sent them, so they may have any type. */
interface Arguments<Options = CallOptions> {
  context: Context | undefined;
  options: Options | undefined;
}

/** A call whose binding, request and context are accepted. */
interface OpenedCall {
  services: Services;
  question: EvaluationQuestion;
  context: EvaluationContext;
}

interface Failure {
  errorCode: NonNullable<Details<unknown>["errorCode"]>;
  errorMessage: string;
}

/** Evaluates one flag. */
export async function details<T extends JsonValue>(
  caller: Caller,
  { key, fallback, ...given }: Arguments & { key: unknown; fallback: T },
): Promise<BindingDetails<T>> {
  try {
    const { services, question, context } = open(caller, given);
    if (typeof key !== "string") throw new HttpError(400, "the key of the flag must be a text");
    const { flag, resolution, isStale } = await evaluateOne(services, question, key, context);
    const evaluated = describe(question, flag, resolution, fallback);
    return isStale ? { ...evaluated, stale: true } : evaluated;
  } catch (error) {
    const { errorCode, errorMessage } = failureOf(caller, error);
    return failed(fallback, errorCode, errorMessage);
  }
}

/** Evaluates every flag that the binding may see. */
export async function all(caller: Caller, given: Arguments): Promise<AllFlags> {
  try {
    const { services, question, context } = open(caller, given);
    const { flags: compiled, resolutions, version, isStale } = await evaluateAll(services, question, context);
    const flags: AllFlags["flags"] = {};
    for (const [i, flag] of compiled.entries()) flags[flag.key] = describe(question, flag, resolutions[i]!, null);
    return isStale ? { flags, version, stale: true } : { flags, version };
  } catch (error) {
    return { flags: {}, version: 0, ...failureOf(caller, error) };
  }
}

/** Renders the flags for clients, whatever the kind of the binding: the body goes into a page. */
export async function bootstrap(caller: Caller, given: Arguments<BootstrapOptions>): Promise<Bootstrap> {
  try {
    const { services, question, context } = open(caller, given);
    const page = await asPage(services, question, given.options?.client);
    const { flags, resolutions } = await evaluateAll(services, page.question, context);
    const items = flags.map((flag, i) => renderResolution(flag, resolutions[i]!));
    const members = pageMembers(question.environment, page.stream);
    return { context, etag: entityTag(items, members.tagged), body: bulkBody(items, members) };
  } catch (error) {
    return { context: {}, etag: "", body: "", ...failureOf(caller, error) };
  }
}

/** Returns a resolution's details. Client bindings learn neither the rule nor the flag's version. */
function describe<T extends JsonValue>(
  question: EvaluationQuestion,
  flag: CompiledFlag,
  resolution: Resolution,
  fallback: T,
): BindingDetails<T> {
  const flagSetId = flagSetIdFor(question);
  const details: BindingDetails<T> = detailsOf(flag, resolution, fallback, flagSetId);
  const ruleId = flagSetId === undefined || resolution.reason === "ERROR" ? undefined : resolution.ruleId;
  return ruleId === undefined ? details : { ...details, ruleId };
}

/** @throws SettingsError, PropsError, HttpError */
function open(caller: Caller, { context, options }: Arguments): OpenedCall {
  const services = caller.services();
  const { environment, kind } = parseProps(caller.props);
  const request = factsOf(options?.request);
  const question: EvaluationQuestion = {
    environment,
    seesOnlyVisible: kind === "client",
    ...(request && { request }),
    scope: { waitUntil: caller.waitUntil },
  };
  return { services, question, context: contextOf(context) };
}

/** Returns the context as JSON would carry it, under the limits of a request over HTTP. @throws HttpError 400 */
function contextOf(context: Context | undefined | null): EvaluationContext {
  if (context === undefined || context === null) return {};
  const plain = typeof context === "object" ? plainContext(context) : undefined;
  if (plain === undefined)
    throw new HttpError(400, "the context cannot be written as JSON", { code: "INVALID_CONTEXT" });
  return parseContext(plain);
}

/** Returns the question as the page's client key would ask it. @throws HttpError 400, 401 */
async function asPage(services: Services, question: EvaluationQuestion, client: BootstrapOptions["client"]) {
  if (client === undefined) return { question: { ...question, seesOnlyVisible: true }, stream: undefined };
  const { url, key } = client;
  if (typeof url !== "string" || !URL.canParse(url))
    throw new HttpError(
      400,
      "options.client.url must be the address of the deployment, such as https://flags.example.com",
    );
  const token = await services.authenticator.verify(key, new Headers());
  if (token.kind !== "client" || token.environment !== question.environment)
    throw new HttpError(400, `options.client.key must be a client key of environment "${question.environment}"`);
  const stream = services.streams === undefined ? undefined : { origin: new URL(url).origin, key };
  return { question: { ...question, seesOnlyVisible: true, token, keyId: token.id }, stream };
}

/** The problems that this isolate has logged: a binding that is wrong is wrong with each call. */
const logged = new Set<string>();
const MAX_LOGGED = 100;

function failureOf(caller: Caller, error: unknown): Failure {
  if (error instanceof SettingsError)
    return { errorCode: "PROVIDER_FATAL", errorMessage: `this deployment is misconfigured: ${error.message}` };
  const services = caller.services();
  if (error instanceof PropsError || error instanceof UnknownEnvironmentError) {
    const { message } = error;
    if (!logged.has(message) && logged.size < MAX_LOGGED) {
      logged.add(message);
      services.log.error("binding_misconfigured", { problem: message });
    }
    return { errorCode: "PROVIDER_FATAL", errorMessage: message };
  }
  const { code, message, status, countedAs } = toHttpError(error);
  services.metrics.countProblem(countedAs);
  if (status < 500) return { errorCode: code, errorMessage: message };
  const id = crypto.randomUUID();
  services.logFailure(toHttpError(error), id);
  return { errorCode: code, errorMessage: status === 500 ? `internal error ${id}` : message };
}
