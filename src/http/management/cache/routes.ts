import { route } from "../route.ts";
import { LAST_CHANGES, postPurge, postWarm, showPropagation, showStats } from "./handlers.ts";
import { parsePurge, purgeQuery } from "./input.ts";

const CACHE = "/api/v1/environments/:env/cache";

/** Purging, warming and measuring the caches of one environment. */
export const CACHE_ROUTES = [
  route(
    {
      method: "post",
      path: `${CACHE}/purge`,
      tag: "Cache",
      id: "purgeCache",
      summary: "Delete cached copies",
      description:
        "By flag keys, by kind, by a pattern over flag keys, or all of the environment. Flags themselves are untouched: the next reader fetches them again. Purged are Redis, the memory of the isolate that answers, and the data centres' copies; other isolates' memory ends with its lifetime. With `dryRun=true` nothing is deleted and the answer says what would be.",
      access: "write",
      query: purgeQuery,
      body: { schema: "CachePurge", example: { pattern: "checkout-*" }, parse: parsePurge },
      responses: { 200: { description: "What was held, and is deleted now.", schema: "CachePurged" } },
    },
    postPurge,
  ),
  route(
    {
      method: "post",
      path: `${CACHE}/warm`,
      tag: "Cache",
      id: "warmCache",
      summary: "Load the whole environment into the caches",
      description: "Reads every flag from the store once and fills Redis and the memory of the isolate that answers.",
      access: "write",
      responses: { 200: { description: "What is cached now.", schema: "CacheWarmed" } },
    },
    postWarm,
  ),
  route(
    {
      method: "get",
      path: `${CACHE}/stats`,
      tag: "Cache",
      id: "getCacheStats",
      summary: "What the caches hold and how they answer",
      description:
        "Hits, misses and errors are those of the isolate that answers (`scope`), since it started; another request may reach another isolate.",
      access: "read",
      responses: { 200: { description: "Statistics of each tier.", schema: "CacheStatistics" } },
    },
    showStats,
  ),
  route(
    {
      method: "get",
      path: `${CACHE}/propagation`,
      tag: "Cache",
      id: "getPropagation",
      summary: `The last ${LAST_CHANGES} changes and when each was confirmed`,
      description:
        "From the outbox. A write is published as soon as it is committed; the sweep publishes again about once a minute and then confirms. So the time until `confirmedAt` is an upper bound of the time until a change is seen.",
      access: "read",
      responses: { 200: { description: "Newest first.", schema: "Propagation" } },
    },
    showPropagation,
  ),
];
