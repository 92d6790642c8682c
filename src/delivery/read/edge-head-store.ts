import type { Head } from "../../flags/changes.ts";
import type { EdgeCache } from "../../ops/runtime.ts";
import type { EdgeHeadStore } from "./head-check.ts";
import { environmentTag, headTag } from "../publish/purge-targets.ts";

/** The lifetime of a stored head (seconds): a lost purge has no effect after it. */
const HEAD_TTL_SECONDS = 30;

/** Stores heads in Cloudflare's Cache API, which keeps them per data centre and deletes them by tag. */
export function createEdgeHeadStore(prefix: string, open: () => Promise<EdgeCache>): EdgeHeadStore {
  const url = (environment: string) => `https://cache.invalid/${prefix}/head/${environment}`;
  return {
    async get(environment) {
      const response = await (await open()).match(url(environment));
      return response === undefined ? undefined : ((await response.json()) as Head);
    },
    async put(environment, head) {
      const response = new Response(JSON.stringify(head), {
        headers: {
          "content-type": "application/json",
          "cache-control": `public, max-age=${HEAD_TTL_SECONDS}`,
          "cache-tag": `${headTag(prefix, environment)},${environmentTag(prefix, environment)}`,
        },
      });
      await (await open()).put(url(environment), response);
    },
  };
}
