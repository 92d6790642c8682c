import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { createCacheWatch } from "../../state/cache/cache-watch.ts";
import { CacheLive } from "./live.tsx";
import { CachePropagation } from "./propagation.tsx";
import { CachePurgeForm } from "./purge.tsx";
import { CacheWarming } from "./warm.tsx";

/** The state of the caches, and the two operations that people can run on them: purging and warming. */
export function CachePage({ environment }: { environment: string }): JSX.Element {
  const watch = useMemo(() => createCacheWatch(environment), [environment]);
  useEffect(() => watch.start(), [watch]);
  return (
    <>
      <header class="page">
        <h1>Cache</h1>
      </header>
      <CacheLive watch={watch} />
      <CachePropagation environment={environment} />
      <div class="columns">
        <CachePurgeForm environment={environment} />
        <CacheWarming environment={environment} />
      </div>
    </>
  );
}
