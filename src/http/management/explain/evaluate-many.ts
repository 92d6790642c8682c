import { compileFlag } from "../../../evaluation/compile.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "../../../evaluation/types.ts";
import { buildDocument } from "../../../flags/documents/build-document.ts";
import type { JsonValue } from "../../../flags/document.ts";
import { readPastEnvironment } from "../../../store/audit/past-environment.ts";
import { provenanceHeaders } from "../../evaluation/evaluate.ts";
import type { Services } from "../../services.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { unknownEnvironment } from "../require.ts";
import { requestOf, requireAdminToken } from "./handlers.ts";
import { contextOf, type EvaluateBody } from "./input.ts";
import { requireKnown } from "./replay.ts";

/** Longer texts, objects and lists are left out, so that a response about many flags stays small. */
const MAX_VALUE_LENGTH = 200;

/** The result of one flag among many. */
interface Evaluated {
  flag: string;
  /** `null` if the result is not known, because the flag draws random numbers and the time is not now. */
  reason: Resolution["reason"] | null;
  /** `null` if the caller gets its own default or an error. */
  variant: string | null;
  ruleId: string | null;
  value?: JsonValue;
  errorCode?: string;
}

interface Page {
  limit: number;
  cursor?: string | undefined;
}

/** Evaluates every flag of the environment for one context, as they are or as they were. */
export async function postEvaluate(
  services: Pick<Services, "source" | "now" | "random" | "database">,
  c: ManagementContext,
  { query, body }: { query: Page; body: EvaluateBody },
): Promise<Response> {
  const { source, now, random } = services;
  const environment = environmentOf(c);
  const input = { context: contextOf(body.context), request: requestOf(body, c.req.raw), now: now(), random };
  if (body.at !== undefined) return await evaluateAt(services, c, { at: body.at, input, page: query });
  const loaded = await source.all({ environment, scope: { waitUntil: waitUntilOf(c) } });
  if (loaded === undefined) throw unknownEnvironment(environment);
  const { value, version, tier } = loaded;
  const { flags, nextCursor } = pageOf(value.all, query);
  const items = flags.map((flag) => resultOf(flag.key, flag.evaluate(input)));
  const headers = provenanceHeaders({ version, cacheStatus: `Burgee-${tier}; hit` });
  return c.json({ environment, version, items, nextCursor }, 200, headers);
}

async function evaluateAt(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { at, input, page }: { at: string; input: EvaluationInput; page: Page },
): Promise<Response> {
  requireAdminToken(c, "an evaluation at another time");
  const [environment, db] = [environmentOf(c), await database()];
  const past = requireKnown(await readPastEnvironment(db, environment, at), { environment, point: { at } });
  const { version, rows } = past;
  const atThen = { ...input, now: Date.parse(at) };
  const sorted = [...rows.flags.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { flags, nextCursor } = pageOf(sorted, page);
  const items = flags.map((row) => replayed(compileFlag(buildDocument(row, rows)), atThen));
  return c.json({ environment, version, items, nextCursor });
}

/** Returns the flags after the cursor. `sorted` are all flags, by key. */
function pageOf<F extends { key: string }>(
  sorted: readonly F[],
  { limit, cursor = "" }: Page,
): { flags: readonly F[]; nextCursor: string | null } {
  const first = sorted.findIndex(({ key }) => key > cursor);
  const flags = first === -1 ? [] : sorted.slice(first, first + limit);
  const hasMore = first !== -1 && first + limit < sorted.length;
  return { flags, nextCursor: hasMore ? (flags.at(-1)?.key ?? null) : null };
}

function replayed(flag: CompiledFlag, input: EvaluationInput): Evaluated {
  if (flag.isRandom) return { flag: flag.key, reason: null, variant: null, ruleId: null };
  return resultOf(flag.key, flag.evaluate(input));
}

function resultOf(flag: string, resolution: Resolution): Evaluated {
  const { reason } = resolution;
  if (reason === "ERROR") return { flag, reason, variant: null, ruleId: null, errorCode: resolution.errorCode };
  const { variant = null, ruleId = null, value } = resolution;
  const isShort = typeof value === "string" ? value.length <= MAX_VALUE_LENGTH : typeof value !== "object";
  return { flag, reason, variant, ruleId, ...(value !== undefined && isShort && { value }) };
}
