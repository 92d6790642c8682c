/**
 * Measures whether caching a caller's resolutions is worth it. Evaluates flags of examples/project.yaml with and
 * without `withResultCache`, with hits only, the best case for a cache. Run: npm run bench:result-cache. Decision:
 * docs/adr/0005-result-cache-in-the-isolate.md.
 */
import { fileURLToPath } from "node:url";
import { Bench } from "tinybench";
import { projectDocuments, readProjectFile } from "../../dev/project/project-file.ts";
import { compileFlag } from "../../src/evaluation/compile.ts";
import { withResultCache } from "./result-cache.ts";
import type { CompiledFlag, EvaluationContext, EvaluationInput, Resolution } from "../../src/evaluation/types.ts";

/** Flags of the example, from cheap to expensive. */
const FLAG_KEYS = [
  "payments-enabled",
  "free-shipping-threshold",
  "checkout-redesign",
  "checkout-upsell",
  "student-discount",
];
/** Calls per measurement. With fewer calls, the clock's own cost and resolution would distort the result. */
const CALLS = 1000;

/** Contexts of two sizes: a lookup in the cache reads every attribute, an evaluation only those that the flag names. */
const CONTEXTS: Record<string, EvaluationContext> = {
  "2 attributes": { targetingKey: "0b6e3c1a-5d0f-4f8e-9d52-6a1f7f0c2b11", plan: "free" },
  "10 attributes": {
    targetingKey: "0b6e3c1a-5d0f-4f8e-9d52-6a1f7f0c2b11",
    anonymousId: "9f1d7c52-22a0-4a53-8f6c-0f7f6f4c9a10",
    email: "person@mail.example.com",
    plan: "free",
    platform: "web",
    basketTotal: 84.5,
    orderCount: 7,
    betaOptIn: false,
    registeredAt: "2025-03-04T09:00:00Z",
    roles: ["customer", "reviewer"],
  },
};

const REQUEST = {
  country: "DE",
  continent: "EU",
  city: "Hamburg",
  timezone: "Europe/Berlin",
  ip: "198.51.100.7",
  language: "de-DE",
};

const project = await readProjectFile(fileURLToPath(import.meta.resolve("../../examples/project.yaml")));
const flags = projectDocuments(project, "production", 1).map((document) => compileFlag(document));

/** Returns the median ns per call. */
async function medianNs(run: () => Resolution | undefined): Promise<number> {
  const bench = new Bench({ time: 300, warmupTime: 100 });
  let last: Resolution | undefined;
  bench.add("", () => {
    for (let i = 0; i < CALLS; i++) last = run();
  });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== "completed" || last === undefined) throw new Error("the measurement failed");
  return (result.latency.p50 * 1e6) / CALLS;
}

async function compare(name: string, compared: CompiledFlag[]): Promise<void> {
  for (const [attributes, context] of Object.entries(CONTEXTS)) {
    const input: EvaluationInput = { context, request: REQUEST, now: Date.UTC(2026, 10, 21), random: () => 0.5 };
    const run = (some: CompiledFlag[]) => () => {
      let last: Resolution | undefined;
      for (const flag of some) last = flag.evaluate(input);
      return last;
    };
    const evaluate = await medianNs(run(compared));
    const cached = await medianNs(run(compared.map((flag) => withResultCache(flag, 1000))));
    rows.push({
      flag: name,
      context: attributes,
      "evaluate ns": Math.round(evaluate),
      "from cache ns": Math.round(cached),
      "cache / evaluate": Number((cached / evaluate).toFixed(1)),
    });
  }
}

const rows: Record<string, string | number>[] = [];
for (const key of FLAG_KEYS) {
  const flag = flags.find((one) => one.key === key);
  if (!flag) throw new Error(`examples/project.yaml has no flag "${key}"`);
  await compare(key, [flag]);
}
await compare(`all ${flags.length}`, flags);
console.table(rows);
