/**
 * Compares the whole worker on plain workerd with a minimal Hono worker that reads the same body and returns a constant
 * of the same size. The rounds are interleaved. Only the ratios carry over to other machines.
 * Run: npm run bench:http
 */
import { bundleWorker } from "../dev/bundle.ts";
import { startTestProject } from "../test/support/project.ts";
import { benchFlag } from "./bench-flag.ts";
import { printColdStart } from "./cold-start.ts";
import { httpRequest, load } from "./load.ts";
import { type RunningWorkerd, serve } from "./workerd.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 7);
const SECONDS = Number(process.env["SECONDS"] ?? 3);
const CONNECTIONS = 32;
const BULK_FLAGS = 100;

const project = await startTestProject({ databaseUrl: "", redisUrl: "" });
for (let i = 0; i < BULK_FLAGS; i++) await project.save(benchFlag(i));
const bundle = await bundleWorker("src/worker.ts", { minify: true });
const minimal = await bundleWorker("bench/minimal-worker.ts", { minify: true });

const headers = { authorization: `Bearer ${project.serverKey}`, "content-type": "application/json" };
const body = JSON.stringify({ context: { targetingKey: "user-42", plan: "pro", country: "NL", appVersion: "2.4.1" } });

interface Case {
  name: string;
  target: number;
  path: string;
  /** Absent for a GET. */
  body?: string;
}

const cases: Case[] = [
  { name: "single evaluation", target: 0.95, path: "/ofrep/v1/evaluate/flags/bench-000", body },
  { name: `bulk of ${BULK_FLAGS} flags`, target: 0.9, path: "/ofrep/v1/evaluate/flags", body },
  {
    name: "GET of one flag",
    target: 0.9,
    path: "/flags/bench-000?user_id=user-42&plan=pro&country=NL&appVersion=2.4.1",
  },
];

// A warm evaluation does no I/O. The head check each second would call the endpoints in this process, which the load
// keeps busy.
const bindings = {
  ...project.bindings,
  CACHE_HEAD_CHECK_MS: "60000",
  CACHE_ENTRY_SECONDS: "0",
  USAGE_FLUSH_SECONDS: "600",
};
const burgee = await serve(bundle, bindings);
await printColdStart(bundle, minimal);

try {
  for (const tested of cases) {
    const { path } = tested;
    const sent = tested.body === undefined ? { headers } : { method: "POST", headers, body: tested.body };
    const response = await fetch(`http://127.0.0.1:${burgee.port}${path}`, sent);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} returned status ${response.status}: ${text}`);
    const constant = await serve(minimal, { BODY: text });
    try {
      await compare(tested, constant);
    } finally {
      constant.stop();
    }
  }
} catch (error) {
  // Connections that are still open would keep the process alive.
  console.error(error);
  burgee.stop();
  process.exit(1);
}
burgee.stop();
await project.close();

async function compare({ name, target, path, body: sent }: Case, constant: RunningWorkerd): Promise<void> {
  const request = httpRequest(path, headers, sent);
  const ratios: number[] = [];
  let last = { ours: 0, theirs: 0 };
  // Warm up both, so that no measured round includes compilation.
  await load(burgee.port, request, { connections: CONNECTIONS, seconds: 2 });
  await load(constant.port, request, { connections: CONNECTIONS, seconds: 2 });
  for (let round = 0; round < ROUNDS; round++) {
    const first = round % 2 === 0 ? burgee : constant;
    const second = first === burgee ? constant : burgee;
    const a = await load(first.port, request, { connections: CONNECTIONS, seconds: SECONDS });
    const b = await load(second.port, request, { connections: CONNECTIONS, seconds: SECONDS });
    const [ours, theirs] = first === burgee ? [a, b] : [b, a];
    for (const result of [ours, theirs]) {
      if (Object.keys(result.statuses).join() !== "200")
        throw new Error(`statuses other than 200: ${JSON.stringify(result.statuses)}`);
    }
    if (ours.bodyBytes !== theirs.bodyBytes)
      throw new Error(`bodies differ: ${ours.bodyBytes} and ${theirs.bodyBytes} bytes`);
    ratios.push(ours.perSecond / theirs.perSecond);
    last = { ours: ours.perSecond, theirs: theirs.perSecond };
  }
  const median = ratios.toSorted((x, y) => x - y)[Math.floor(ratios.length / 2)] ?? 0;
  console.log(
    `${name}: ${(median * 100).toFixed(0)}% of the minimal worker (median of ${ROUNDS} rounds, target ≥ ${target * 100}%)` +
      ` — last round ${last.ours.toFixed(0)}/s and ${last.theirs.toFixed(0)}/s — ${median >= target ? "ok" : "BELOW TARGET"}`,
  );
}
