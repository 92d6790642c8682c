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
        "Purges by flag key, by kind, by a pattern of flag keys, or the whole environment. The flags themselves stay: the next reader loads them again. The purge covers Redis, the data centres and the memory of the isolate that handles the request. Other isolates keep their copies until those expire. `dryRun=true` deletes nothing and reports what a purge would delete.",
      access: "write",
      hasDryRun: false,
      query: purgeQuery,
      body: { schema: "CachePurge", example: { pattern: "checkout-*" }, parse: parsePurge },
      responses: { 200: { description: "The copies that were deleted.", schema: "CachePurged" } },
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
      description:
        "Reads every flag from the store once, and fills Redis and the memory of the isolate that handles the request.",
      access: "write",
      hasDryRun: false,
      responses: { 200: { description: "The number of flags that each tier now holds.", schema: "CacheWarmed" } },
    },
    postWarm,
  ),
  route(
    {
      method: "get",
      path: `${CACHE}/stats`,
      tag: "Cache",
      id: "getCacheStats",
      summary: "Read the statistics of the caches",
      description:
        "Hits, misses and errors are those of the isolate that handles the request (`scope`), since it started. The next request may reach another isolate.",
      access: "read",
      responses: { 200: { description: "The statistics of each tier.", schema: "CacheStatistics" } },
    },
    showStats,
  ),
  route(
    {
      method: "get",
      path: `${CACHE}/propagation`,
      tag: "Cache",
      id: "getPropagation",
      summary: `List the last ${LAST_CHANGES} changes and when each was confirmed`,
      description:
        "Reads the outbox. A write is published as soon as it is committed. The sweep publishes it again about once a minute and then confirms it, so a change is visible by `confirmedAt` at the latest.",
      access: "read",
      responses: { 200: { description: "The changes, newest first.", schema: "Propagation" } },
    },
    showPropagation,
  ),
];
