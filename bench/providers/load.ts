/**
 * Measures the start of a server's own process with copies of the flags in examples/project.yaml: how long it takes to
 * read the response and compile the flags, the longest time for which the process does nothing else, and the memory
 * that the flags take after a garbage collection.
 * Run: node --expose-gc bench/providers/load.ts
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { startFlags } from "../../sdk/provider/index.ts";
import { SHARED, type Shape, UNSHARED } from "../memory/shapes.ts";

const COUNTS = [1000, 10_000, 25_000];
const KIB = 1024;

const { gc: collect } = globalThis as { gc?: () => void };
if (collect === undefined) throw new Error("the garbage collector is not exposed; run npm run bench:providers:load");

function heap(): number {
  for (let i = 0; i < 3; i++) collect!();
  return process.memoryUsage().heapUsed;
}

async function measure({ name, texts: make }: Shape, count: number): Promise<Record<string, number | string>> {
  const texts = make(count);
  const head =
    '{"environment":"production","version":1,"schemaVersion":1,"full":true,"stale":false,"gone":[],"flags":[';
  const body = Buffer.from(`${head}${texts.join(",")}]}`);
  const before = heap();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(20);
  delay.reset();
  const startedAt = performance.now();
  const flags = await startFlags({
    url: "http://deployment.test",
    key: "bgs_production_1_1_0",
    fetch: (input) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const isAsked = pathname.endsWith("/definitions");
      return Promise.resolve(isAsked ? new Response(body) : new Response(null, { status: 404 }));
    },
  });
  const ms = performance.now() - startedAt;
  await pause(20);
  delay.disable();
  flags.all({ targetingKey: "user-1", plan: "free", email: "person@mail.example.com" });
  const taken = heap() - before;
  if (flags.keys.length !== texts.length) throw new Error(`${flags.keys.length} of ${texts.length} flags are there`);
  await flags.close();
  return {
    flags: name,
    number: texts.length,
    "JSON, MiB": Number((body.length / KIB / KIB).toFixed(1)),
    "heap, MiB": Number((taken / KIB / KIB).toFixed(1)),
    "heap per flag, KiB": Number((taken / KIB / texts.length).toFixed(2)),
    "start, ms": Math.round(ms),
    "longest block, ms": Math.round(delay.max / 1e6),
  };
}

// The first measurement also counts code that V8 compiles once.
await measure(SHARED, 1000);
const rows: Record<string, number | string>[] = [];
for (const shape of [SHARED, UNSHARED]) for (const count of COUNTS) rows.push(await measure(shape, count));
console.table(rows);
