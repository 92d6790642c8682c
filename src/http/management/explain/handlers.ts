import { compileFlag } from "../../../evaluation/compile.ts";
import { explainFlag } from "../../../evaluation/explain.ts";
import type { CompiledFlag, EvaluationInput, RequestAttributes } from "../../../evaluation/types.ts";
import type { PastPoint } from "../../../store/audit/past-reading.ts";
import { HttpError } from "../../errors.ts";
import { requestAttributes } from "../../evaluation/context.ts";
import { provenanceHeaders } from "../../evaluation/evaluate.ts";
import type { Services } from "../../services.ts";
import type { AdminActor } from "../actor.ts";
import { environmentOf, type ManagementContext, pathParameter } from "../context.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { notFound, unknownEnvironment } from "../require.ts";
import { contextOf, type ExplainBody, type SampleBody } from "./input.ts";
import { buildDraft, type Draft } from "./draft.ts";
import { readFlagAt, replay } from "./replay.ts";
import { countChanges, countOutcomes, subjectsOf } from "./sampling.ts";

/** Explains the resolution of a flag, as it is or as it was, or of a draft. */
export async function postExplain(
  services: Pick<Services, "source" | "now" | "random" | "database">,
  c: ManagementContext,
  { body }: { body: ExplainBody },
): Promise<Response> {
  const { source } = services;
  const input = inputOf(services, c, body);
  if (body.draft !== undefined) {
    const { document, version } = await draftOf(services, c, body.draft);
    return c.json({ version, ...explainFlag(document, input) });
  }
  const point = pointOf(body);
  if (point !== undefined) return c.json(await replayFlag(services, c, point, input));
  const { flag, version, headers } = await loadFlag(source, c);
  return c.json({ version, ...explainFlag(flag.document(), input) }, 200, headers);
}

function pointOf({ at, version }: ExplainBody): PastPoint | undefined {
  if (at !== undefined) return { at };
  return version === undefined ? undefined : { version };
}

/** Returns the input of an evaluation. A replay sets its own time. */
function inputOf(
  { now, random }: Pick<Services, "now" | "random">,
  c: ManagementContext,
  body: ExplainBody,
): EvaluationInput {
  const time = body.draft !== undefined && body.at !== undefined ? Date.parse(body.at) : now();
  return { context: contextOf(body.context), request: requestOf(body, c.req.raw), now: time, random };
}

/** Replays an evaluation. Its result names people and their changes, which a server key may not see. */
async function replayFlag(
  { source, database }: Pick<Services, "source" | "database">,
  c: ManagementContext,
  point: PastPoint,
  input: EvaluationInput,
): Promise<object> {
  const { environments: visible } = requireAdminToken(c, "a replay");
  const { environment, key, loaded } = await lookUp(source, c);
  const today = loaded?.value ? { flag: loaded.value, version: loaded.version } : undefined;
  return await replay(await database(), { environment, key, point, input, today, visible });
}

async function draftOf({ database }: Pick<Services, "database">, c: ManagementContext, draft: unknown): Promise<Draft> {
  requireAdminToken(c, "a draft");
  return await buildDraft(await database(), { environment: environmentOf(c), key: pathParameter(c, "key"), draft });
}

/** Refuses server keys, which may not see the audit or documents of others. @throws HttpError 403 */
export function requireAdminToken(c: ManagementContext, subject: string): AdminActor {
  const actor = c.get("actor");
  if (actor.role === "server") throw new HttpError(403, `${subject} requires an admin token, not a server key`);
  return actor;
}

/** Evaluates a flag for made-up subjects, exactly as for clients, and says what a draft changes for them. */
export async function postSample(
  services: Pick<Services, "source" | "now" | "random" | "database">,
  c: ManagementContext,
  { body }: { body: SampleBody },
): Promise<Response> {
  const { source, now, random, database } = services;
  const { at, count } = body;
  const subject = subjectsOf(contextOf(body.context), body.by);
  const time = at === undefined ? now() : Date.parse(at);
  const sampling = { subject, request: requestOf(body, c.req.raw), now: time, random };
  const key = pathParameter(c, "key");
  if (at !== undefined && body.draft === undefined) {
    const question = { environment: environmentOf(c), key, point: { at } };
    const { document, past } = await readFlagAt(await database(), question);
    const outcomes = countOutcomes(compileFlag(document), count, sampling);
    return c.json({ version: past.version, flag: key, count, outcomes });
  }
  const { flag, version, headers } = await loadFlag(source, c);
  const outcomes = countOutcomes(flag, count, sampling);
  const sampled = { version, flag: key, count, outcomes };
  if (body.draft === undefined) return c.json(sampled, 200, headers);
  const changed = compileFlag((await draftOf(services, c, body.draft)).document);
  const draft = {
    outcomes: countOutcomes(changed, count, sampling),
    changes: countChanges(flag, changed, count, sampling),
  };
  return c.json({ ...sampled, draft }, 200, headers);
}

export function requestOf({ request }: Pick<ExplainBody, "request">, raw: Request): RequestAttributes {
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
