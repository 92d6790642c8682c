import { type Command, Option } from "commander";
import type { CachePurge, CacheStatistics } from "../../sdk/client/contract.ts";
import { FLAG_KINDS, type FlagKind } from "../../src/flags/document.ts";
import { ApiError } from "../../sdk/client/client.ts";
import { paintStatistics } from "../colors.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../text/escape.ts";
import { UsageError } from "../exit.ts";
import { names, wholeNumber } from "../input.ts";
import { startBar } from "../progress-bar.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface PurgeOptions {
  flag?: string[];
  kind?: FlagKind;
  pattern?: string;
  all?: boolean;
}

/** `burgee cache …` purges, warms and measures the caches of an environment. */
export function addCacheCommands(program: Command, terminal: Terminal): void {
  const cache = program.command("cache").description("purge, warm and measure the caches of an environment");

  withExamples(
    cache
      .command("purge")
      .description("delete cached copies of flags, but not the flags themselves")
      .option("--flag <keys...>", "only these flags", names)
      .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
      .option("--pattern <glob>", "only flags whose key matches, such as checkout-*")
      .option("--all", "all flags of the environment")
      .action(async (options: PurgeOptions, command: Command) => {
        const purge = purgeOf(options);
        const session = await openSession(command, terminal);
        const { body } = await session.client.call("purgeCache", {
          path: { env: session.environment() },
          query: session.isDryRun ? { dryRun: "true" } : {},
          body: purge,
        });
        session.show(body, ({ dryRun, flags, deleted }) =>
          [
            `${dryRun ? "would delete" : "deleted"} ${deleted.l1} from this isolate's memory, ${deleted.l2 ?? "none"} from Redis`,
            ...flags.map((key) => `  ${oneLine(key)}`),
          ].join("\n"),
        );
        if (options.flag !== undefined) await warnOfUnknown(session, options.flag);
      }),
    "burgee cache purge -e production --flag checkout-redesign",
    'burgee cache purge -e production --pattern "checkout-*" --dry-run',
  );

  withExamples(
    cache
      .command("warm")
      .description("load whole environments into Redis and into the memory of the isolate that responds")
      .option("--every", "warm every environment")
      .action(async (options: { every?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const keys =
          options.every === true
            ? (await session.client.call("listEnvironments")).body.items.map(({ key }) => key)
            : [session.environment()];
        await warm(session, keys);
      }),
    "burgee cache warm -e production",
    "burgee cache warm --every",
  );

  withExamples(
    cache
      .command("stats")
      .description("show hits, sizes and circuit breakers of the isolate that responds")
      .option("--watch", "repeat until interrupted; with --json, print one line each time")
      .option("--interval <seconds>", "seconds between two repetitions of --watch (default: 2)", wholeNumber(1, 3600))
      .option("--count <times>", "number of repetitions of --watch", wholeNumber(1))
      .action(async (options: WatchOptions, command: Command) => {
        const { watch, interval, count } = options;
        if (watch !== true && (interval ?? count) !== undefined)
          throw new UsageError("--interval and --count only apply to --watch");
        await statistics(await openSession(command, terminal), options);
      }),
    "burgee cache stats -e production",
    "burgee cache stats -e production --watch --interval 5",
  );
}

/** Warns about keys that are not flags. Purging them is allowed, because a cache may still hold a deleted flag. */
async function warnOfUnknown(session: Session, keys: readonly string[]): Promise<void> {
  const path = { env: session.environment() };
  for (const key of keys) {
    try {
      await session.client.call("getFlag", { path: { ...path, key } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      session.terminal.error(`burgee: warning: ${oneLine(error.message)}`);
    }
  }
}

interface WatchOptions {
  watch?: boolean;
  interval?: number;
  count?: number;
}

async function statistics(
  session: Session,
  { watch = false, interval = 2, count = Infinity }: WatchOptions,
): Promise<void> {
  const { client, terminal, isJson, show } = session;
  const path = { env: session.environment() };
  const isRedrawn = watch && terminal.isInteractive && !isJson;
  for (let i = 0; i < (watch ? count : 1); i++) {
    if (i > 0) await terminal.pause(interval * 1000);
    const { body } = await client.call("getCacheStats", { path });
    // Clear the screen, but not the scrolled text above it.
    if (isRedrawn) terminal.write("\u001B[H\u001B[J");
    if (watch && isJson) terminal.print(JSON.stringify(body));
    else show(body, (statistics) => statisticsText(statistics, session.width), paintStatistics);
  }
}

async function warm(session: Session, keys: readonly string[]): Promise<void> {
  const { client, terminal, isDryRun, isJson } = session;
  if (isDryRun) {
    session.show({ dryRun: true, environments: keys }, () => `would warm ${keys.join(", ")}`);
    return;
  }
  const bar = startBar(terminal, !isJson, {
    format: "{bar} {value}/{total} {environment}",
    total: keys.length,
    values: { environment: keys[0] ?? "" },
  });
  const results = [];
  try {
    for (const env of keys) {
      bar.update({ environment: env });
      const { body } = await client.call("warmCache", { path: { env } });
      results.push({ environment: env, ...body });
      bar.increment();
    }
  } finally {
    bar.stop();
  }
  session.show(results, (all) =>
    table(
      ["environment", "version", "flags", "in memory", "in Redis"],
      all.map(({ environment, version, flags, l1, l2 }) => [environment, version, flags, l1, l2 ?? "none"].map(String)),
      session.width,
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
    throw new UsageError("use exactly one of --flag, --kind, --pattern, --all");
  return only;
}

function statisticsText({ tiers, total, breakers, head, outbox }: CacheStatistics, width: number): string {
  const row = (name: string, tier: CacheStatistics["total"]): string[] => [
    name,
    String(tier.hits),
    String(tier.misses),
    `${(tier.hitRate * 100).toFixed(1)}%`,
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
      width,
    ),
    ...(l2 !== null && "error" in l2 ? [`L2 Redis: ${oneLine(l2.error)}`] : []),
    `breakers: redis ${breakers.redis ?? "none"}, store ${breakers.store} · head version: ${head.l1} here, ${head.l2 ?? "none"} in Redis · unconfirmed changes: ${outbox.pending ?? "unknown"}`,
  ].join("\n");
}
