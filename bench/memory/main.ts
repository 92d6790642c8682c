/**
 * Measures the memory that flags take in Node and in an isolate of workerd. Copies of the flags in
 * examples/project.yaml are parsed from JSON, as from Redis, then compiled and stored in the worker's own L1.
 * `npm run bench:memory`; docs/scale.md.
 */
import { bundleWorker } from "../../dev/bundle.ts";
import { partsOf } from "../../src/flags/reading.ts";
import { serve } from "../workerd.ts";
import { holdFlags, servicesWithRoom } from "./hold-flags.ts";
import { openInspector } from "./inspector.ts";
import { SHARED, type Shape, UNSHARED } from "./shapes.ts";

const COUNTS = [1000, 5000, 25_000];
const KIB = 1024;
/** The documents of one request to the isolate. */
const PART = 500;

const { gc } = globalThis as { gc?: () => void };
if (gc === undefined)
  throw new Error("the garbage collector is not exposed; run npm run bench:memory, which passes --expose-gc");
const collect = gc;

/** The memory of an L1 that holds some flags, and its own count. */
interface Taken {
  heap: number;
  size: number;
  bytes: number;
}

function heapInNode(): number {
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

async function measureInNode(texts: readonly string[]): Promise<Taken> {
  const services = servicesWithRoom();
  const given = texts.map((text) => Buffer.from(text));
  const before = heapInNode();
  for (const text of given) await holdFlags(services, [text.toString()]);
  const heap = heapInNode() - before;
  const { size, bytes } = services.tiers.l1.stats();
  return { heap, size, bytes };
}

const bundle = await bundleWorker("bench/memory/isolate.ts", { minify: true });

async function measureInWorkerd(texts: readonly string[]): Promise<Taken> {
  const running = await serve(bundle, {}, { hasInspector: true });
  const hold = async (part: readonly string[], path = "/") => {
    const body = JSON.stringify(part);
    const response = await fetch(`http://127.0.0.1:${running.port}${path}`, { method: "POST", body });
    if (!response.ok) throw new Error(`the isolate responded with ${response.status}: ${await response.text()}`);
    return (await response.json()) as { size: number; bytes: number };
  };
  try {
    await hold(texts.slice(0, PART), "/warm-up");
    const inspector = await openInspector(running.inspectorPort, () => hold([]));
    const before = await inspector.collectedHeap();
    let stats = { size: 0, bytes: 0 };
    for (const part of partsOf(texts, PART)) stats = await hold(part);
    const heap = (await inspector.collectedHeap()) - before;
    inspector.close();
    return { heap, ...stats };
  } finally {
    running.stop();
  }
}

async function measure(
  { name, texts: make }: Shape,
  count: number,
  run: (texts: readonly string[]) => Promise<Taken>,
): Promise<Record<string, number | string>> {
  const texts = make(count);
  const json = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const { heap, size, bytes } = await run(texts);
  if (size !== texts.length) throw new Error(`L1 holds ${size} of ${texts.length} flags`);
  const perThousand = (sum: number) => Math.round((sum / KIB / size) * 1000);
  return {
    flags: name,
    number: size,
    "JSON, KiB per 1,000": perThousand(json),
    "heap, KiB per 1,000": perThousand(heap),
    "L1's own count, KiB per 1,000": perThousand(bytes),
    "heap / JSON": Number((heap / json).toFixed(2)),
    "heap, MiB": Number((heap / KIB / KIB).toFixed(1)),
  };
}

// The first measurement also counts code that V8 compiles once.
await measure(SHARED, 1000, measureInNode);
for (const [where, run] of [
  ["Node", measureInNode],
  ["workerd", measureInWorkerd],
] as const) {
  const rows: Record<string, number | string>[] = [];
  for (const shape of [SHARED, UNSHARED]) for (const count of COUNTS) rows.push(await measure(shape, count, run));
  console.log(`\nin ${where}:`);
  console.table(rows);
}
