import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleWorker } from "../../../dev/bundle.ts";

export interface ColoOptions {
  bindings: Record<string, string>;
  /** The worker's own code; default: src/worker.ts. */
  script?: string;
  /** Where the Cache API keeps its entries; a data centre started over the same directory has them. Default: gone with it. */
  directory?: string;
  /** Directory of the static assets that stand before the worker, as wrangler.toml names it. */
  assets?: string;
  /** Rate limit bindings: calls per ten seconds, by name. */
  rateLimits?: Record<string, number>;
}

/** One data centre: its own isolate, its own Cache API, sharing the backends with the others. */
export interface Colo {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  scheduled(): Promise<void>;
  miniflare: Miniflare;
  dispose(): Promise<void>;
}

let built: Promise<string> | undefined;

/** The worker in workerd, as Miniflare runs it, over the given bindings. */
export async function startColo({ bindings, script, directory, assets, rateLimits = {} }: ColoOptions): Promise<Colo> {
  built ??= bundleWorker().then(({ code }) => code);
  const options = convertV4MiniflareOptions({
    modules: [{ type: "ESModule", path: "worker.js", contents: script ?? (await built) }],
    compatibilityDate: "2026-11-01",
    bindings,
    ...(assets !== undefined && {
      assets: { directory: assets, binding: "ASSETS", routerConfig: { has_user_worker: true } },
    }),
    ratelimits: Object.fromEntries(
      Object.entries(rateLimits).map(([name, limit]) => [name, { namespace_id: name, simple: { limit, period: 10 } }]),
    ),
  });
  const miniflare = new Miniflare(
    directory === undefined ? options : { ...options, resourcePersistencePath: directory },
  );
  const url = await miniflare.ready;
  return {
    miniflare,
    fetch: (path, init) => fetch(new URL(path, url.href).href, init),
    async scheduled() {
      const worker = await miniflare.getWorker();
      await (worker as unknown as { scheduled(options: { cron: string }): Promise<unknown> }).scheduled({
        cron: "* * * * *",
      });
    },
    dispose: () => miniflare.dispose(),
  };
}
