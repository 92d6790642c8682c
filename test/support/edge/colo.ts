import { setTimeout as pause } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { type BundledModule, bundleWorker } from "../../../dev/bundle.ts";

export interface ColoOptions {
  bindings: Record<string, string>;
  /**
   * The worker's modules, or "shipped" for src/worker.ts. The default is the same worker with longer timeouts, because
   * a busy machine exceeds its own.
   */
  script?: "shipped" | readonly BundledModule[];
  /**
   * The directory of the Cache API's entries. A data centre that starts with the same directory has them again. Without
   * it, entries are lost with the data centre.
   */
  directory?: string;
  /** The directory of the static assets that are served before the worker, as in wrangler.toml. */
  assets?: string;
  /** The rate limit bindings by name: the number of calls in ten seconds. */
  rateLimits?: Record<string, number>;
}

/** One data centre with its own isolate and its own Cache API. The backends can be shared. */
export interface Colo {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  scheduled(): Promise<void>;
  /** Resolves when the work behind all responses has ended. Only for the worker with patience. */
  settled(): Promise<void>;
  miniflare: Miniflare;
  dispose(): Promise<void>;
}

const ENTRIES = { shipped: "src/worker.ts", patient: "test/support/edge/patient-worker.ts" };
const built = new Map<string, Promise<readonly BundledModule[]>>();

/** Starts the worker with the given bindings in workerd, through Miniflare. */
export async function startColo({ bindings, script, directory, assets, rateLimits = {} }: ColoOptions): Promise<Colo> {
  const options = convertV4MiniflareOptions({
    modules: (await modulesOf(script)).map(({ name, code }) => ({
      type: "ESModule" as const,
      path: name,
      contents: code,
    })),
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
    settled: () => settled((path) => fetch(new URL(path, url.href))),
    async scheduled() {
      const worker = await miniflare.getWorker();
      await (worker as unknown as { scheduled(options: { cron: string }): Promise<unknown> }).scheduled({
        cron: "* * * * *",
      });
    },
    dispose: () => miniflare.dispose(),
  };
}

/** Waits until the worker with patience has ended its work in `waitUntil`. */
export async function settled(ask: (path: string) => Promise<Response>): Promise<void> {
  while ((await (await ask("/__pending")).text()) !== "0") await pause(5);
}

async function modulesOf(script: ColoOptions["script"] | "patient" = "patient"): Promise<readonly BundledModule[]> {
  if (typeof script !== "string") return script;
  const modules = built.get(script) ?? bundleWorker(ENTRIES[script]).then((bundle) => bundle.modules);
  built.set(script, modules);
  return modules;
}
