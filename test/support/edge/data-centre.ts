import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { type BundledModule, bundleWorker } from "../../../dev/bundle.ts";

export interface DataCentreOptions {
  bindings: Record<string, string>;
  /** The names of its isolates, which share only the data centre's Cache API. */
  isolates: readonly string[];
  /** The name of the cache, and the URLs of the entries that it may hold. */
  kept: { cache: string; urls: readonly string[] };
}

/** One data centre in workerd with several isolates of the worker. */
export interface DataCentre {
  fetch(isolate: string, path: string, init?: RequestInit): Promise<Response>;
  /** Runs the sweep in the first isolate. */
  sweep(): Promise<void>;
  /** Deletes the entries that have any of the tags. Returns their URLs. */
  purge(tags: readonly string[]): Promise<string[]>;
  dispose(): Promise<void>;
}

interface KeptEntries {
  match(url: string): Promise<Response | undefined>;
  delete(url: string): Promise<boolean>;
}

let built: Promise<readonly BundledModule[]> | undefined;

export async function startDataCentre({ bindings, isolates, kept }: DataCentreOptions): Promise<DataCentre> {
  built ??= bundleWorker().then(({ modules }) => modules);
  const modules = (await built).map(({ name, code }) => ({ type: "ESModule" as const, path: name, contents: code }));
  const workers = isolates.map((name) => ({
    name,
    modules,
    compatibilityDate: "2026-11-01",
    bindings,
    routes: [`${name}.test/*`],
  }));
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers }));
  await miniflare.ready;
  // Miniflare's type lacks the methods.
  const caches = (await miniflare.getCaches()) as unknown as { open(name: string): Promise<KeptEntries> };
  const cache = await caches.open(kept.cache);
  return {
    fetch: (isolate, path, init) =>
      miniflare.dispatchFetch(`http://${isolate}.test${path}`, init as never) as unknown as Promise<Response>,
    async sweep() {
      const worker = await miniflare.getWorker(isolates[0]);
      await (worker as unknown as { scheduled(options: { cron: string }): Promise<unknown> }).scheduled({
        cron: "* * * * *",
      });
    },
    async purge(tags) {
      const deleted: string[] = [];
      for (const url of kept.urls) {
        const entry = await cache.match(url);
        if (!entry) continue;
        const carried = entry.headers.get("cache-tag")?.split(",") ?? [];
        await entry.arrayBuffer();
        if (!carried.some((tag) => tags.includes(tag))) continue;
        if (await cache.delete(url)) deleted.push(url);
      }
      return deleted;
    },
    dispose: () => miniflare.dispose(),
  };
}
