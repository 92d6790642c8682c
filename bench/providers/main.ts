/**
 * Compares evaluation in a server's own process with four other systems, in one process: through each system's
 * OpenFeature provider, and through its own call. The rounds are interleaved and the medians compared. Only the ratios
 * carry over to other machines. Burgee must be the fastest in both columns. A third column shows the same providers
 * behind OpenFeature's client. It is not judged, because the client takes many times longer than most providers.
 * Run: node bench/providers/main.ts
 */
import { type Client, DefaultLogger, OpenFeature, type Provider } from "@openfeature/server-sdk";
import { type Kind, KINDS } from "../evaluator/engine.ts";
import { awaitedBatchOf, batchOf, measure } from "../evaluator/measure.ts";
import { users } from "../evaluator/users.ts";
import { contextsOf, exposingSystem, type System, SYSTEMS } from "./systems.ts";

const TITLES: readonly (readonly [Kind, string])[] = [
  ["static", "a flag without rules"],
  ["rollout", "50% rollout"],
  ["five-rules", "five rules"],
];
const CONSTANT = { value: true, variant: "on", reason: "STATIC" };

const logger = new DefaultLogger();
const kinds = new Map(KINDS.map((kind) => [kind, kind]));
const contexts = contextsOf(users);
const systems: System[] = [];
for (const make of SYSTEMS) systems.push(await make(kinds, users));
const clients = new Map<string, Client>();
for (const { name, provider } of [...systems, { name: "constant", provider: constantProvider() }]) {
  await OpenFeature.setProviderAndWait(name, provider);
  clients.set(name, OpenFeature.getClient(name));
}
const exposing = exposingSystem(kinds, users);
await exposing.provider.initialize?.();
await expectAgreement();

let isMissed = false;
for (const [kind, title] of TITLES) {
  const throughProvider = await measure(
    systems.map(({ name, provider }) => ({ name, batch: providerOf(provider, kind) })),
  );
  const own = await measure(
    systems.map(({ name, own: { single } }) => ({ name, batch: batchOf((user) => Number(single(kind, user))) })),
  );
  const throughClient = await measure(
    Array.from(clients, ([name, client]) => ({ name, batch: clientOf(client, kind) })),
  );
  console.log(`\n${title}, evaluations per second, and how many times as many burgee makes`);
  console.table(
    Object.fromEntries(
      systems.map(({ name }) => [
        name,
        {
          "OpenFeature provider": cell(throughProvider, name),
          "own call": cell(own, name),
          "behind OpenFeature's client": cell(throughClient, name),
        },
      ]),
    ),
  );
  console.log(`OpenFeature's client over a provider that returns a constant: ${cell(throughClient, "constant")}`);
  console.log(`burgee's own call with exposures takes ${await timesWithExposures(kind)} times as long`);
  for (const medians of [throughProvider, own]) {
    const [ours = NaN, ...others] = medians.values();
    if (!(ours < Math.min(...others))) isMissed = true;
  }
}
console.log("\nproviders:");
for (const { name, providedBy } of systems) console.log(`  ${name}: ${providedBy}`);
await OpenFeature.close();
if (isMissed) console.log("burgee is not the fastest in every case");
// LaunchDarkly's clients of the benchmark keep the process alive.
process.exit(isMissed ? 1 : 0);

function providerOf(provider: Provider, kind: Kind) {
  return awaitedBatchOf(async (user) =>
    Number((await provider.resolveBooleanEvaluation(kind, false, contexts[user]!, logger)).value),
  );
}

function clientOf(client: Client, kind: Kind) {
  return awaitedBatchOf(async (user) => Number(await client.getBooleanValue(kind, false, contexts[user]!)));
}

/** Returns the ratio of the times with reports of exposures and without them. */
async function timesWithExposures(kind: Kind): Promise<string> {
  const [without = NaN, reported = NaN] = (
    await measure(
      [systems[0]!, exposing].map(({ own: { single } }, at) => ({
        name: `${at}`,
        batch: batchOf((user) => Number(single(kind, user))),
      })),
    )
  ).values();
  return (reported / without).toFixed(1);
}

function constantProvider(): Provider {
  const resolve = (): Promise<never> => Promise.resolve(CONSTANT as never);
  return {
    metadata: { name: "constant" },
    runsOn: "server",
    resolveBooleanEvaluation: resolve,
    resolveStringEvaluation: resolve,
    resolveNumberEvaluation: resolve,
    resolveObjectEvaluation: resolve,
  };
}

/** Returns calls per second, and the ratio to Burgee's. */
function cell(medians: Map<string, number>, name: string): string {
  const ns = medians.get(name)!;
  return `${Math.round(1e9 / ns).toLocaleString("en")} (${(ns / medians.get("burgee")!).toFixed(1)}x)`;
}

/**
 * Throws if a system's provider and its own call differ for a user, or if a result that depends on no hash differs from
 * Burgee's.
 */
async function expectAgreement(): Promise<void> {
  for (const kind of KINDS) {
    for (const [i, user] of users.entries()) {
      const isHashed = kind === "rollout" || (kind === "five-rules" && i % 8 > 3 && user.plan !== "free");
      for (const { name, own } of systems) {
        const details = await clients.get(name)!.getBooleanDetails(kind, false, contexts[i]!);
        if (details.errorCode !== undefined) throw new Error(`${name}: ${details.errorCode} ${details.errorMessage}`);
        if (details.value !== own.single(kind, i)) throw new Error(`${name} has two results for ${kind} and user ${i}`);
        if (!isHashed && details.value !== systems[0]!.own.single(kind, i))
          throw new Error(`${name} disagrees on ${kind} for user ${i}`);
      }
    }
  }
}
