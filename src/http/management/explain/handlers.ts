import { explainFlag } from "../../../evaluation/explain.ts";
import type { CompiledFlag, EvaluationInput, RequestAttributes } from "../../../evaluation/types.ts";
import type { PastPoint } from "../../../store/audit/past-reading.ts";
import { HttpError } from "../../errors.ts";
import { requestAttributes } from "../../evaluation/context.ts";
import { provenanceHeaders } from "../../evaluation/evaluate.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext, pathParameter } from "../context.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { notFound, unknownEnvironment } from "../require.ts";
import { contextOf, type ExplainBody, type SampleBody } from "./input.ts";
import { replay } from "./replay.ts";
import { countOutcomes, subjectsOf } from "./sampling.ts";

/** Explains the resolution of a flag, as it is or as it was. */
export async function postExplain(
  services: Pick<Services, "source" | "now" | "random" | "database">,
  c: ManagementContext,
  { body }: { body: ExplainBody },
): Promise<Response> {
  const { source, now, random } = services;
  const point = pointOf(body);
  const input = { context: contextOf(body.context), request: requestOf(body, c.req.raw), now: now(), random };
  if (point !== undefined) return c.json(await replayFlag(services, c, point, input));
  const { flag, version, headers } = await loadFlag(source, c);
  return c.json({ version, ...explainFlag(flag.document(), input) }, 200, headers);
}

function pointOf({ at, version }: ExplainBody): PastPoint | undefined {
  if (at !== undefined) return { at };
  return version === undefined ? undefined : { version };
}

/** Replays an evaluation. Its result names people and their changes, which a server key may not see. */
async function replayFlag(
  { source, database }: Pick<Services, "source" | "database">,
  c: ManagementContext,
  point: PastPoint,
  input: EvaluationInput,
): Promise<object> {
  const actor = c.get("actor");
  if (actor.role === "server") throw new HttpError(403, "a replay requires an admin token, not a server key");
  const { environment, key, loaded } = await lookUp(source, c);
  const today = loaded?.value ? { flag: loaded.value, version: loaded.version } : undefined;
  return await replay(await database(), { environment, key, point, input, today, visible: actor.environments });
}

/** Evaluates a flag for made-up subjects, exactly as for clients. */
export async function postSample(
  { source, now, random }: Pick<Services, "source" | "now" | "random">,
  c: ManagementContext,
  { body }: { body: SampleBody },
): Promise<Response> {
  const subject = subjectsOf(contextOf(body.context), body.by);
  const { flag, version, headers } = await loadFlag(source, c);
  const outcomes = countOutcomes(flag, body.count, {
    subject,
    request: requestOf(body, c.req.raw),
    now: now(),
    random,
  });
  return c.json({ version, flag: pathParameter(c, "key"), count: body.count, outcomes }, 200, headers);
}

function requestOf({ request }: ExplainBody, raw: Request): RequestAttributes {
  return request === undefined ? requestAttributes(raw) : contextOf(request, "request");
}

interface LoadedFlag {
  flag: CompiledFlag;
  version: number;
  /** Response headers that say where the flag came from. */
  headers: Record<string, string>;
}

/** Loads the flag that the path names. @throws HttpError 404 */
async function loadFlag(source: Services["source"], c: ManagementContext): Promise<LoadedFlag> {
  const { environment, key, loaded } = await lookUp(source, c);
  if (loaded === undefined) throw unknownEnvironment(environment);
  const { value: flag, version, tier } = loaded;
  if (flag === null) throw notFound("flag", key, environment);
  return { flag, version, headers: provenanceHeaders({ version, cacheStatus: `Burgee-${tier}; hit` }) };
}

async function lookUp(source: Services["source"], c: ManagementContext) {
  const [environment, key] = [environmentOf(c), pathParameter(c, "key")];
  return { environment, key, loaded: await source.flag({ environment, scope: { waitUntil: waitUntilOf(c) } }, key) };
}
