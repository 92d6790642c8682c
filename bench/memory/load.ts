/**
 * Measures the heap of the whole worker in workerd while it loads a large environment from each of its sources.
 * Run: npm run bench:memory:load (FLAGS=25000, MAX_HEAP_MB=128)
 */
import { bundleWorker } from "../../dev/bundle.ts";
import { parseEnvironment } from "../../dev/project/seed.ts";
import { scaleProject } from "../../dev/project/scaled-project.ts";
import { createDatabase } from "../../src/store/client.ts";
import { saveProject } from "../../src/store/writes/flags.ts";
import { ZONE } from "../../test/support/edge/edge-cache.ts";
import { startTestProject } from "../../test/support/project.ts";
import { serve } from "../workerd.ts";
import { startCacheServer } from "./cache-server.ts";
import { openInspector } from "./inspector.ts";
import { example } from "./shapes.ts";

const FLAGS = Number(process.env["FLAGS"] ?? 25_000);
/** V8 ends the process beyond this, as Cloudflare ends an isolate beyond 128 MB. */
const MAX_HEAP_MB = Number(process.env["MAX_HEAP_MB"] ?? 128);
const MIB = 1024 * 1024;
const SAMPLE_MS = 2;

const project = await startTestProject();
const cache = await startCacheServer();
const bundle = await bundleWorker("src/worker.ts", { minify: true });
const db = createDatabase(project.backends.neon.connectionString, {
  timeoutMs: 300_000,
  fetchEndpoint: project.backends.neon.url,
});
const { flags, segments } = parseEnvironment(scaleProject(example, FLAGS), "production");
await saveProject(db, "production", { flags, segments }, { actor: "bench" });

try {
  // Commands of a whole environment may take longer here, because these endpoints are slower than Upstash.
  const withoutEntries = { ...project.bindings, CACHE_ENTRY_SECONDS: "0" };
  const withEntries = { ...project.bindings, ...ZONE, CACHE_HOST: "burgee.test" };
  const rows = [await load("Postgres", withoutEntries), await load("Redis", withoutEntries)];
  await load("Redis", withEntries);
  if (cache.size() > 0) rows.push(await load("the data centre", withEntries));
  console.table(rows);
} finally {
  await project.close();
  await cache.close();
}
// Connections to the ended workerd processes would keep this one running.
process.exit();

/** Asks a new isolate for all flags, and watches its heap until all work after the response has ended. */
async function load(source: string, bindings: Record<string, string>): Promise<Record<string, number | string>> {
  const running = await serve(bundle, bindings, {
    hasInspector: true,
    v8Flags: [`--max-heap-size=${MAX_HEAP_MB}`],
    cachePort: cache.port,
  });
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${running.port}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, "content-type": "application/json" },
      body: JSON.stringify({ context: { targetingKey: "user-1" } }),
    });
  try {
    const wake = async () => (await fetch(`http://127.0.0.1:${running.port}/no-such-route`)).arrayBuffer();
    const inspector = await openInspector(running.inspectorPort, wake);
    const before = await inspector.collectedHeap();
    project.resetStats();
    const watch = sample(inspector.heap);
    const startedAt = performance.now();
    const response = await ask("/ofrep/v1/evaluate/flags");
    const text = await response.text();
    const ms = Math.round(performance.now() - startedAt);
    if (!response.ok) throw new Error(`the worker responded with ${response.status}: ${text.slice(0, 300)}`);
    const count = (JSON.parse(text) as { flags: unknown[] }).flags.length;
    // Fills and entries are written after the response.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const peak = await watch.stop();
    const after = await inspector.collectedHeap();
    inspector.close();
    const { l2, l3 } = project.roundTrips();
    const mib = (bytes: number) => Number((bytes / MIB).toFixed(1));
    return {
      source: `${source} (${response.headers.get("cache-status")})`,
      flags: count,
      "highest heap, MiB": mib(peak),
      "heap before, MiB": mib(before),
      "heap after, MiB": mib(after),
      ms,
      "Redis commands": l2,
      "Postgres queries": l3,
    };
  } catch (error) {
    return { source, failure: String(error) };
  } finally {
    running.stop();
  }
}

/** Samples the heap, garbage included, until it is stopped. Then returns the highest value. */
function sample(heap: () => Promise<number>): { stop(): Promise<number> } {
  let isOver = false;
  const sampling = (async () => {
    let highest = 0;
    while (!isOver) {
      highest = Math.max(highest, await heap());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    return highest;
  })();
  return {
    stop() {
      isOver = true;
      return sampling;
    },
  };
}
