import { setTimeout as pause } from "node:timers/promises";
import { SingleBar } from "cli-progress";
import { type Command, Option } from "commander";
import type { CachePurge, CacheStatistics } from "../../api-client/contract.ts";
import { UsageError } from "../exit.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface PurgeOptions {
  flag?: string[];
  kind?: "flag" | "switch" | "sample";
  pattern?: string;
  all?: boolean;
}

/** `burgee cache …`: purge, warm and measure the caches of one environment. */
export function addCacheCommands(program: Command, terminal: Terminal): void {
  const cache = program.command("cache").description("purge, warm and measure the caches of one environment");

  cache
    .command("purge")
    .description("delete cached copies; flags themselves are untouched")
    .option("--flag <keys...>", "of these flags")
    .addOption(new Option("--kind <kind>", "of this kind").choices(["flag", "switch", "sample"]))
    .option("--pattern <glob>", "of flags whose key matches, as checkout-*")
    .option("--all", "of everything in the environment")
    .action(async (options: PurgeOptions, command: Command) => {
      const session = await openSession(command, terminal);
      const { answer } = await session.client.call("purgeCache", {
        path: { env: session.environment() },
        query: session.isDryRun ? { dryRun: "true" } : {},
        body: purgeOf(options),
      });
      session.show(answer, ({ dryRun, flags, deleted }) =>
        [
          `${dryRun ? "would delete" : "deleted"} ${deleted.l1} from this isolate's memory, ${deleted.l2 ?? "none"} from Redis`,
          ...flags.map((key) => `  ${key}`),
        ].join("\n"),
      );
    });

  cache
    .command("warm")
    .description("load whole environments into Redis and the memory of the isolate that answers")
    .option("--every", "every environment, one after the other")
    .action(async (options: { every?: boolean }, command: Command) => {
      const session = await openSession(command, terminal);
      const keys =
        options.every === true
          ? (await session.client.call("listEnvironments")).answer.items.map(({ key }) => key)
          : [session.environment()];
      await warm(session, keys);
    });

  cache
    .command("stats")
    .description("hits, sizes and breakers of the isolate that answers")
    .option("--watch", "again every two seconds, until interrupted")
    .option("--count <times>", "with --watch: end after so many")
    .action(async (options: { watch?: boolean; count?: string }, command: Command) => {
      const session = await openSession(command, terminal);
      const path = { env: session.environment() };
      const times = options.watch === true ? Number(options.count ?? Infinity) : 1;
      if (!(times >= 1)) throw new UsageError("--count must be a number from 1");
      for (let i = 0; i < times; i++) {
        if (i > 0) await pause(2000);
        const { answer } = await session.client.call("getCacheStats", { path });
        session.show(answer, statisticsText);
      }
    });
}

async function warm(session: Session, keys: readonly string[]): Promise<void> {
  if (session.isDryRun) {
    session.show({ dryRun: true, environments: keys }, () => `would warm ${keys.join(", ")}`);
    return;
  }
  const bar = new SingleBar({ format: "{bar} {value}/{total} {environment}", noTTYOutput: false, hideCursor: true });
  const isDrawn = session.terminal.isInteractive && !session.isJson;
  if (isDrawn) bar.start(keys.length, 0, { environment: keys[0] ?? "" });
  const answers = [];
  for (const env of keys) {
    if (isDrawn) bar.update({ environment: env });
    const { answer } = await session.client.call("warmCache", { path: { env } });
    answers.push({ environment: env, ...answer });
    if (isDrawn) bar.increment();
  }
  if (isDrawn) bar.stop();
  session.show(answers, (all) =>
    table(
      ["environment", "version", "flags", "in memory", "in Redis"],
      all.map(({ environment, version, flags, l1, l2 }) => [environment, version, flags, l1, l2 ?? "none"].map(String)),
    ),
  );
}

/** @throws UsageError */
function purgeOf({ flag, kind, pattern, all }: PurgeOptions): CachePurge {
  const given: CachePurge[] = [
    ...(flag === undefined ? [] : [{ flags: flag }]),
    ...(kind === undefined ? [] : [{ kind }]),
    ...(pattern === undefined ? [] : [{ pattern }]),
    ...(all === true ? [{ all: true as const }] : []),
  ];
  const [only] = given;
  if (only === undefined || given.length > 1)
    throw new UsageError("give exactly one of --flag, --kind, --pattern, --all");
  return only;
}

function statisticsText({ tiers, total, breakers, head, outbox }: CacheStatistics): string {
  const row = (name: string, tier: CacheStatistics["total"]): string[] => [
    name,
    String(tier.hits),
    String(tier.misses),
    `${(tier.hitRate * 100).toFixed(1)} %`,
    String(tier.size),
    `${Math.ceil(tier.bytes / 1024)} KiB`,
    String(tier.evictions),
    String(tier.errors),
  ];
  const l2 = tiers.l2;
  return [
    table(
      ["tier", "hits", "misses", "hit rate", "entries", "size", "evictions", "errors"],
      [row("L1 isolate", tiers.l1), ...(l2 !== null && "hits" in l2 ? [row("L2 Redis", l2)] : []), row("total", total)],
    ),
    ...(l2 !== null && "error" in l2 ? [`L2 Redis: ${l2.error}`] : []),
    `breakers: redis ${breakers.redis ?? "none"}, store ${breakers.store} · head: ${head.l1} here, ${head.l2 ?? "none"} in Redis · unconfirmed changes: ${outbox.pending ?? "not known"}`,
  ].join("\n");
}
