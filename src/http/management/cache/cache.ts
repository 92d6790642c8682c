import {
  array,
  boolean,
  literal,
  maxLength,
  minLength,
  optional,
  picklist,
  pipe,
  regex,
  string,
  transform,
} from "valibot";
import type { RequestScope } from "../../../delivery/request-scope.ts";
import { FLAG_KINDS } from "../../../flags/document.ts";
import { KEY_PATTERN, KEY_RULE } from "../../../flags/limits.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { cfOf } from "../../../ops/runtime.ts";
import type { Services } from "../../services.ts";
import { purgeCache, type PurgeTarget } from "./purge.ts";
import { cacheStats } from "./stats.ts";
import { waitUntilOf } from "../context.ts";
import { GLOB_PATTERN, GLOB_RULE } from "./glob.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { fields, parseShape } from "../shape.ts";

const CACHE = "/api/v1/environments/:env/cache";
const MAX_KEYS_PER_PURGE = 1000;

const flagKeyText = pipe(string("must be text"), regex(KEY_PATTERN, `must be ${KEY_RULE}`));
const purgeForms = {
  flags: fields({
    flags: pipe(
      array(flagKeyText, "must be a list of flag keys"),
      minLength(1, "must hold at least 1"),
      maxLength(MAX_KEYS_PER_PURGE, `must not hold more than ${MAX_KEYS_PER_PURGE}`),
    ),
  }),
  kind: fields({ kind: picklist(FLAG_KINDS, `must be one of ${FLAG_KINDS.join(", ")}`) }),
  pattern: fields({ pattern: pipe(string("must be text"), regex(GLOB_PATTERN, `must be ${GLOB_RULE}`)) }),
  all: fields({ all: literal(true, "must be true") }),
};

/** The forms of a purge, for /openapi.json. */
export const purgeSchemas = Object.values(purgeForms);

const purgeQuery = fields({
  dryRun: optional(
    pipe(
      picklist(["true", "false"], "must be true or false"),
      transform((value) => value === "true"),
      boolean(),
    ),
    "false",
  ),
});

/** Purging, warming and measuring the caches of one environment. */
export function addCacheRoutes(routes: Routes, services: Services): void {
  let isolate: string | undefined;
  routes.add(
    "post",
    `${CACHE}/purge`,
    {
      tag: "Cache",
      id: "purgeCache",
      summary: "Delete cached copies",
      description:
        "By flag keys, by kind, by a pattern over flag keys, or all of the environment. Flags themselves are untouched: the next reader fetches them again. Purged are Redis, the memory of the isolate that answers, and the data centres' copies; other isolates' memory ends with its lifetime. With `dryRun=true` nothing is deleted and the answer says what would be.",
      access: "write",
      query: purgeQuery,
      body: { schema: "CachePurge", example: { pattern: "checkout-*" }, parse: parsePurge },
      answers: { 200: { description: "What was held, and is deleted now.", schema: "CachePurged" } },
    },
    async (c, { query, body }) => {
      const environment = c.req.param("env") as string;
      await requireEnvironment(services, environment, { waitUntil: waitUntilOf(c) });
      return c.json(await purgeCache(services, environment, body, { ...query, waitUntil: waitUntilOf(c) }));
    },
  );

  routes.add(
    "post",
    `${CACHE}/warm`,
    {
      tag: "Cache",
      id: "warmCache",
      summary: "Load the whole environment into the caches",
      description: "Reads every flag from the store once and fills Redis and the memory of the isolate that answers.",
      access: "write",
      answers: { 200: { description: "What is cached now.", schema: "CacheWarmed" } },
    },
    async (c) => {
      const environment = c.req.param("env") as string;
      const fills: Promise<unknown>[] = [];
      const waitUntil = (promise: Promise<unknown>): void => {
        fills.push(promise);
        c.executionCtx.waitUntil(promise);
      };
      const answer = await services.source.all({ environment, scope: { waitUntil, noCache: true } });
      if (answer === undefined) throw unknownEnvironment();
      await Promise.allSettled(fills);
      const l2 = await services.tiers.l2?.keys(environment).catch(() => undefined);
      const l1 = [...services.tiers.l1.environment(environment).heldKeys()].length;
      c.header("x-flags-version", String(answer.version));
      return c.json({ version: answer.version, flags: answer.value.all.length, l1, l2: l2?.length ?? null });
    },
  );

  routes.add(
    "get",
    `${CACHE}/stats`,
    {
      tag: "Cache",
      id: "getCacheStats",
      summary: "What the caches hold and how they answer",
      description:
        "Hits, misses and errors are those of the isolate that answers (`scope`), since it started; another request may reach another isolate.",
      access: "read",
      answers: { 200: { description: "Statistics of each tier.", schema: "CacheStatistics" } },
    },
    async (c) => {
      const environment = c.req.param("env") as string;
      await requireEnvironment(services, environment, { waitUntil: waitUntilOf(c) });
      // A worker has no randomness before its first request.
      isolate ??= crypto.randomUUID().slice(0, 8);
      const colo = cfOf(c.req.raw)["colo"];
      const dataCentre = typeof colo === "string" ? colo : null;
      return c.json(await cacheStats(services, environment, { isolate, dataCentre }));
    },
  );
}

/** Exactly one form; the form that was meant says what is wrong with it. @throws InvalidInputError */
function parsePurge(value: unknown): PurgeTarget {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const given = names.filter((name): name is keyof typeof purgeForms => Object.hasOwn(purgeForms, name));
  const [form] = given;
  if (form === undefined || given.length > 1) {
    const detail = `must be an object with exactly one of ${Object.keys(purgeForms).join(", ")}`;
    throw new InvalidInputError([{ pointer: "", detail }]);
  }
  return parseShape(purgeForms[form], value);
}

/** An environment that this isolate has not met is looked up. @throws HttpError 404 */
async function requireEnvironment(services: Services, environment: string, scope: RequestScope): Promise<void> {
  if (services.tiers.l1.environment(environment).version > 0) return;
  if ((await services.source.flag({ environment, scope }, "-")) === undefined) throw unknownEnvironment();
}
