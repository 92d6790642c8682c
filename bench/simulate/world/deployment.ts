import { loadScripts } from "../../../src/cache/redis/load-scripts.ts";
import { type EntryName, entryPath } from "../../../src/delivery/entries/entry-cache.ts";
import { type Bindings, parseSettings, type Settings } from "../../../src/env.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import { type FlagDocument, SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { Log } from "../../../src/ops/log.ts";
import { placeOf } from "../backends/cities.ts";
import { Network } from "../backends/network.ts";
import { SimulatedPostgres } from "../backends/postgres.ts";
import { SimulatedPurgeApi } from "../backends/purge-api.ts";
import { SimulatedRedis } from "../backends/redis.ts";
import { NO_LAG, StallingLag } from "../backends/replica-lag.ts";
import type { StoreModel } from "../backends/store-model.ts";
import type { Engine } from "../engine/engine.ts";
import { seededRandom } from "../engine/random.ts";
import { Meter } from "../judge/meter.ts";
import type { Size } from "../result.ts";
import type { Scenario } from "../scenarios.ts";
import type { Surroundings } from "./isolate.ts";
import { ENVIRONMENT, Planet } from "./planet.ts";

/** Postgres and the primary of Redis are here. */
const PRIMARY = placeOf("Frankfurt");
/** Regions in which Upstash has read replicas, by their nearest city. */
const REPLICAS = ["Ashburn", "San Jose", "London", "Singapore", "Tokyo", "Mumbai", "Sydney", "São Paulo"].map(placeOf);
/** Replicas are tens of ms behind. Each stalls about every half hour, for up to 1.8 s. */
const LAG = { queueMs: 20, stallEveryMs: 30 * 60_000, longestStallMs: 1800 };

/** A worker that is deployed on the whole planet, with its backends. */
export interface Deployment {
  planet: Planet;
  postgres: SimulatedPostgres;
  meters: Record<"redis" | "postgres" | "purges", Meter>;
  /** The events of the log, by name. */
  logged: Record<string, number>;
}

/** The parts of a deployment that take Node a while to compute. */
export interface Prepared {
  settings: Settings;
  /** Returns the kind of a data centre's entry with a path. */
  kindOf: (path: string) => string;
}

export async function prepare(scenario: Scenario): Promise<Prepared> {
  const settings = parseSettings({ ...bindingsOf(scenario), USAGE_FLUSH_SECONDS: 0 });
  // Node reads a module from disk in real time, while the simulation's time would go on.
  await Promise.all([loadScripts(), import("../../../src/delivery/publish/cloudflare-purge.ts")]);
  return { settings, kindOf: await kindsOf(settings) };
}

export interface DeployOptions extends Prepared {
  engine: Engine;
  store: StoreModel;
  scenario: Scenario;
  size: Size;
  /** Returns the time of the last commit (ms since epoch). */
  committedAt: () => number;
}

export function deploy({ engine, store, scenario, size, committedAt, settings, kindOf }: DeployOptions): Deployment {
  const { seed, dataCentres, hours } = size;
  const meter = () => new Meter(engine.now, hours * 3600);
  const meters = { redis: meter(), postgres: meter(), purges: meter() };
  const logged: Record<string, number> = {};
  const network = new Network(seededRandom(seed, "network"));
  const postgres = new SimulatedPostgres({
    engine,
    network,
    meter: meters.postgres,
    random: seededRandom(seed, "postgres"),
    place: PRIMARY,
    store,
  });
  const redis = new SimulatedRedis({
    engine,
    network,
    meter: meters.redis,
    primary: PRIMARY,
    replicas: REPLICAS,
    lag: scenario.hasLag ? new StallingLag({ network, seed, ...LAG }) : NO_LAG,
  });
  const purgeApi = new SimulatedPurgeApi({
    engine,
    random: seededRandom(seed, "purges"),
    meter: meters.purges,
    isLost: () => isLost(scenario, engine.now - committedAt()),
    dataCentres,
    onArrival: (dataCentre, tags) => planet.dataCentres[dataCentre]?.cache.purge(tags),
  });
  const surroundings: Surroundings = {
    engine,
    seed,
    settings,
    redis,
    postgres,
    purgeApi,
    log: countingLog(logged),
    compile: sharedCompiler(),
    kindOf,
  };
  const planet: Planet = new Planet(surroundings, size);
  return { planet, postgres, meters, logged };
}

function bindingsOf({ hasTransport }: Scenario): Bindings {
  return {
    DATABASE_URL: "postgres://worker:password@database.test/burgee",
    UPSTASH_REDIS_REST_URL: "https://redis.test",
    UPSTASH_REDIS_REST_TOKEN: "token",
    KEY_SECRET: "a secret that only the simulation uses",
    STREAMS_ENABLED: "false",
    ...(hasTransport && { CF_ZONE_ID: "zone", CF_PURGE_TOKEN: "token" }),
  };
}

/** A call in this time after the last commit repeats an earlier purge (ms). */
const REPEATED_MS = { from: 1000, until: 6000 };

function isLost({ lostPurges }: Scenario, sinceCommitMs: number): boolean {
  if (lostPurges !== "repeat") return lostPurges === "all";
  return sinceCommitMs > REPEATED_MS.from && sinceCommitMs < REPEATED_MS.until;
}

/**
 * Returns the kind of an entry by its path. Paths are MACs, so those that do not depend on a version are listed here.
 */
async function kindsOf({ CACHE_PREFIX: prefix, KEY_SECRET: secret }: Settings): Promise<(path: string) => string> {
  const kinds = new Map<string, string>();
  const names: readonly EntryName[] = [
    ["head", ENVIRONMENT],
    ["newest", ENVIRONMENT, SCHEMA_VERSION],
    ["claim", ENVIRONMENT, SCHEMA_VERSION],
  ];
  for (const name of names) kinds.set(await entryPath({ prefix, secret }, name), name[0]);
  return (path) => kinds.get(path) ?? "environment";
}

/** Compiled flags are immutable, so the isolates of the simulation share them. */
function sharedCompiler(): (document: FlagDocument, text?: string) => CompiledFlag {
  const compiled = new Map<string, CompiledFlag>();
  return (document, text) => {
    const name = `${document.version} ${document.key}`;
    let flag = compiled.get(name);
    if (flag === undefined) compiled.set(name, (flag = compileFlag(document, text)));
    return flag;
  };
}

function countingLog(logged: Record<string, number>): Log {
  const note = (event: string) => {
    logged[event] = (logged[event] ?? 0) + 1;
  };
  return { info: note, warn: note, error: note };
}
