import type { EdgeCache } from "../../ops/runtime.ts";
import type { EdgeHeadStore, SharedHead } from "./head-check.ts";
import { environmentTag, headTag } from "../publish/purge-targets.ts";

/** Stores heads in Cloudflare's Cache API, which keeps them per data centre and deletes them by tag. */
export function createEdgeHeadStore(prefix: string, open: () => Promise<EdgeCache>): EdgeHeadStore {
  const url = (environment: string) => `https://cache.invalid/${prefix}/head/${environment}`;
  return {
    async get(environment) {
      const response = await (await open()).match(url(environment));
      return response === undefined ? undefined : ((await response.json()) as SharedHead);
    },
    async put(environment, head, lifetimeMs) {
      const response = new Response(JSON.stringify(head), {
        headers: {
          "content-type": "application/json",
          "cache-control": `public, max-age=${Math.ceil(lifetimeMs / 1000)}`,
          "cache-tag": `${headTag(prefix, environment)},${environmentTag(prefix, environment)}`,
        },
      });
      await (await open()).put(url(environment), response);
    },
  };
}
