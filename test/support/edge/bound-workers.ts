import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleWorker } from "../../../dev/bundle.ts";
import type { ForwardedCall } from "./caller-worker.ts";
import { settled } from "./colo.ts";

/** Burgee and a Worker with service bindings to its entrypoint `Flags`, in one workerd. */
export interface BoundWorkers {
  /** Makes a call in the other Worker, in a request with these headers. Returns the result. Rejects if it throws. */
  call(call: Omit<ForwardedCall, "binding"> & { binding?: string }, headers?: Record<string, string>): Promise<unknown>;
  /** Sends a request to Burgee itself. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a request to the other Worker. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Waits until Burgee has ended its work in `waitUntil`. Only for the default entry. */
  settled(): Promise<void>;
  /** Publishes what was saved without the worker. */
  sweep(): Promise<void>;
  dispose(): Promise<void>;
}

export interface BoundWorkersOptions {
  bindings: Record<string, string>;
  /** The props of each binding, by its name. */
  props: Record<string, Record<string, unknown> | undefined>;
  /** The modules that take the place of others in the other Worker. */
  alias?: Record<string, string>;
  /** The module of the other Worker. */
  caller?: string;
  /** Burgee's module. Default: the worker with longer timeouts, because a busy machine exceeds its own. */
  entry?: string;
}

const COMPATIBILITY_DATE = "2026-11-01";

export async function startBoundWorkers({
  bindings,
  props,
  alias,
  caller = "test/support/edge/caller-worker.ts",
  entry = "test/support/edge/patient-worker.ts",
}: BoundWorkersOptions): Promise<BoundWorkers> {
  const serviceBindings = Object.fromEntries(
    Object.entries(props).map(([name, value]) => [
      name,
      { name: "burgee", entrypoint: "Flags", ...(value && { props: value }) },
    ]),
  );
  const shared = { compatibilityDate: COMPATIBILITY_DATE };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        { name: "shop", ...shared, modules: await modulesOf(caller, alias), serviceBindings, routes: ["shop.test/*"] },
        { name: "burgee", ...shared, modules: await modulesOf(entry), bindings, routes: ["burgee.test/*"] },
      ],
    }),
  );
  await miniflare.ready;
  const ask = (host: string) => (path: string, init?: RequestInit) =>
    miniflare.dispatchFetch(`http://${host}${path}`, init as never) as unknown as Promise<Response>;
  const fetch = ask("burgee.test");
  return {
    async call({ binding = "FLAGS", ...call }, headers = {}) {
      const response = await ask("shop.test")("/", {
        method: "POST",
        headers,
        body: JSON.stringify({ binding, ...call }),
      });
      const { result, thrown } = (await response.json()) as { result?: unknown; thrown?: string };
      if (thrown !== undefined) throw new Error(thrown);
      return result;
    },
    fetch,
    ask: ask("shop.test"),
    settled: () => settled(fetch),
    async sweep() {
      const worker = await miniflare.getWorker("burgee");
      await (worker as unknown as { scheduled(options: { cron: string }): Promise<unknown> }).scheduled({
        cron: "* * * * *",
      });
    },
    dispose: () => miniflare.dispose(),
  };
}

async function modulesOf(entry: string, alias: Record<string, string> = {}) {
  const { modules } = await bundleWorker(entry, { alias });
  return modules.map(({ name, code }) => ({ type: "ESModule" as const, path: name, contents: code }));
}
