/**
 * Compares calls through a service binding with OFREP requests over a service binding, between two workers in one bare
 * workerd. The rounds are interleaved. Only the ratios carry over to other machines.
 * Run: npm run bench:rpc
 */
import { bundleWorker } from "../../dev/bundle.ts";
import { startTestProject } from "../../test/support/project.ts";
import { benchFlag } from "../bench-flag.ts";
import { httpRequest, load } from "../load.ts";
import { serve } from "../workerd.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 7);
const SECONDS = Number(process.env["SECONDS"] ?? 2);
const CONNECTIONS = 8;
const FLAGS = 100;
/** The evaluations of one request. */
const EVALUATIONS = 20;

/** The way that is measured, and the one that it is compared with. */
const COMPARED = [
  { name: "one flag", way: "/rpc", other: "/ofrep" },
  { name: `all ${FLAGS} flags`, way: "/rpc-all", other: "/ofrep-all" },
  { name: `${EVALUATIONS} flags of one request with RequestFlags`, way: "/request-flags", other: "/ofrep" },
] as const;

const project = await startTestProject({ databaseUrl: "", redisUrl: "" });
for (let i = 0; i < FLAGS; i++) await project.save(benchFlag(i));

// A head check would call the endpoints in this process, which the load keeps busy.
const bindings = { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000", CACHE_ENTRY_SECONDS: "0" };
const caller = {
  modules: (await bundleWorker("bench/rpc/caller-worker.ts", { minify: true })).modules,
  bindings: { KEY: project.serverKey, EVALUATIONS: String(EVALUATIONS) },
  props: { environment: "production", kind: "server" },
};
const running = await serve(await bundleWorker("src/worker.ts", { minify: true }), bindings, { caller });

async function perSecond(way: string, seconds = SECONDS): Promise<number> {
  const result = await load(running.port, httpRequest(way, {}), { connections: CONNECTIONS, seconds });
  if (Object.keys(result.statuses).join() !== "200")
    throw new Error(`${way} responded with statuses other than 200: ${JSON.stringify(result.statuses)}`);
  return result.perSecond * EVALUATIONS;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

try {
  for (const { name, way, other } of COMPARED) {
    // No measured round includes compilation.
    for (const each of [way, other]) await perSecond(each, 1);
    const rates = { way: [] as number[], other: [] as number[] };
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const isFirst = round % 2 === 0;
      const early = await perSecond(isFirst ? way : other);
      const late = await perSecond(isFirst ? other : way);
      const [ours, theirs] = isFirst ? [early, late] : [late, early];
      rates.way.push(ours);
      rates.other.push(theirs);
      ratios.push(ours / theirs);
    }
    console.log(
      `${name}: ${median(ratios).toFixed(1)} times as many evaluations per second as over OFREP` +
        ` (medians of ${ROUNDS} rounds: ${median(rates.way).toFixed(0)}/s and ${median(rates.other).toFixed(0)}/s)`,
    );
  }
} finally {
  running.stop();
  await project.close();
}
process.exit(0);
