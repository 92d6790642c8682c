/**
 * Measures how much longer plain workerd takes to its first response with the whole worker than with a minimal one.
 * Run: npm run bench:cold-start
 */
import { gzipSync } from "node:zlib";
import { type Bundle, bundleWorker } from "../dev/bundle.ts";
import { serve } from "./workerd.ts";

const START_UPS = Number(process.env["START_UPS"] ?? 21);

/** Settings that are valid. Nothing connects to the backends before the first response. */
const BINDINGS = {
  DATABASE_URL: "postgres://user:password@localhost/test",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9",
  UPSTASH_REDIS_REST_TOKEN: "token",
  KEY_SECRET: "a-secret-that-is-long-enough-for-the-check",
};

/** Prints the sizes of the modules, and the cold start as a median of interleaved starts. */
export async function printColdStart(burgee: Bundle, minimal: Bundle): Promise<void> {
  const { all, first } = gzipSizes(burgee);
  console.log(
    `modules: ${kib(all)} KiB gzip in all, ${kib(first)} KiB for the first; ${kib(rawBytes(burgee))} KiB raw`,
  );
  for (const experimentalFlags of [[], ["new_module_registry"]]) {
    const times = { burgee: [] as number[], minimal: [] as number[] };
    for (let i = 0; i < START_UPS; i++) {
      times.burgee.push(await startUpMs(burgee, BINDINGS, experimentalFlags));
      times.minimal.push(await startUpMs(minimal, { BODY: "" }, experimentalFlags));
    }
    const [ours, theirs] = [median(times.burgee), median(times.minimal)];
    console.log(
      `cold start${experimentalFlags.map((flag) => ` with ${flag}`).join("")}: ` +
        `${(ours - theirs).toFixed(0)} ms more than the minimal worker` +
        ` (from workerd to the first response, medians of ${START_UPS}: ${ours.toFixed(0)} and ${theirs.toFixed(0)} ms)`,
    );
  }
}

/** The bytes of all modules, and of those that run before the first request, each compressed by itself as uploaded. */
export function gzipSizes({ modules, first }: Bundle): { all: number; first: number } {
  const sizes = new Map(modules.map(({ name, code }) => [name, gzipSync(code).length]));
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
  return { all: sum(sizes.keys()), first: sum(first) };
}

/** Returns the time from spawning workerd to its first response, a 404. It includes compiling the modules. */
async function startUpMs(bundle: Bundle, bindings: Record<string, string>, flags: string[]): Promise<number> {
  const startedAt = performance.now();
  const running = await serve(bundle, bindings, { experimentalFlags: flags });
  await (await fetch(`http://127.0.0.1:${running.port}/no-such-route`)).arrayBuffer();
  const ms = performance.now() - startedAt;
  running.stop();
  return ms;
}

function rawBytes({ modules }: Bundle): number {
  return modules.reduce((total, { code }) => total + Buffer.byteLength(code), 0);
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}

function median(values: number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) {
  await printColdStart(
    await bundleWorker("src/worker.ts", { minify: true }),
    await bundleWorker("bench/minimal-worker.ts", { minify: true }),
  );
}
