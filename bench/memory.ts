/**
 * Measures the memory that flags take in an isolate. Copies of the flags in examples/project.yaml are parsed from JSON,
 * as from Redis, then compiled and stored in the worker's own L1. `npm run bench:memory`; docs/scale.md.
 */
import { fileURLToPath } from "node:url";
import { projectDocuments, readProjectFile } from "../dev/project/project-file.ts";
import { scaleProject } from "../dev/project/scaled-project.ts";
import { parseSettings } from "../src/env.ts";
import type { Services } from "../src/http/services.ts";
import { createServices } from "../src/services.ts";
import { compileFlag } from "../src/evaluation/compile.ts";
import { parseCachedDocument } from "../src/flags/cached-document.ts";
import type { EvaluationInput } from "../src/evaluation/types.ts";

const COUNTS = [1000, 5000, 10_000];
const KIB = 1024;
const INPUT: EvaluationInput = {
  context: { targetingKey: "user-1", plan: "free", email: "person@mail.example.com" },
  request: { country: "DE" },
  now: Date.UTC(2026, 10, 21),
  random: () => 0.5,
};

const { gc } = globalThis as { gc?: () => void };
if (gc === undefined)
  throw new Error("the garbage collector is not exposed; run npm run bench:memory, which passes --expose-gc");
const collect = gc;

const example = await readProjectFile(fileURLToPath(import.meta.resolve("../examples/project.yaml")));

/** Creates services whose settings reach no backend. */
function services(): Services {
  return createServices(
    parseSettings({
      DATABASE_URL: "postgres://nobody:nothing@localhost/none",
      KEY_SECRET: "x".repeat(32),
      CACHE_L1_MAX_BYTES: String(100 * KIB * KIB),
    }),
  );
}

function heapKib(): number {
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed / KIB;
}

function measure(count: number): Record<string, number> {
  const { tiers } = services();
  const texts = projectDocuments(scaleProject(example, count), "production", 1).map((document) =>
    Buffer.from(JSON.stringify(document)),
  );
  const jsonKib = texts.reduce((sum, text) => sum + text.length, 0) / KIB;
  const before = heapKib();
  for (const text of texts) {
    const json = text.toString();
    const document = parseCachedDocument(JSON.parse(json));
    if (document === undefined) throw new Error("the example does not parse");
    const flag = compileFlag(document, json);
    // The first evaluation creates parts of the flag, which must be measured as well.
    flag.evaluate(INPUT);
    tiers.l1.set("production", document.key, flag, { asOf: 1 });
  }
  const perThousand = (kib: number) => Math.round((kib / texts.length) * 1000);
  const heap = heapKib() - before;
  const { size, bytes } = tiers.l1.stats();
  if (size !== texts.length) throw new Error(`L1 holds ${size} of ${texts.length} flags`);
  return {
    flags: texts.length,
    "JSON, KiB per 1,000": perThousand(jsonKib),
    "heap, KiB per 1,000": perThousand(heap),
    "L1's own count, KiB per 1,000": perThousand(bytes / KIB),
    "heap / L1's count": Number((heap / (bytes / KIB)).toFixed(2)),
    "heap, MiB": Number((heap / KIB).toFixed(1)),
  };
}

measure(1000);
console.table(COUNTS.map(measure));
