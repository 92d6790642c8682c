import { type PurgeEndpoint, startPurgeEndpoint } from "../../dev/endpoints/purge-endpoint.ts";
import { type DataCentre, startDataCentre } from "../support/edge/data-centre.ts";
import { flagBody, type FlagState, FlagTruth } from "../support/edge/flag-truth.ts";
import { keptUrls, SHARED_HOST } from "../support/edge/fleet.ts";
import { startTestProject, type TestProject } from "../support/project.ts";
import { Client, type Publication } from "../support/edge/propagation.ts";

/** The flag that is changed through the faulty backends. */
export const FLAG_HERE = "c";
/** The flags that are changed where nothing is wrong. "child" is off unless "a" is on. */
export const FLAGS_ELSEWHERE = ["a", "b", "child"];
export const FLAGS = [...FLAGS_ELSEWHERE, FLAG_HERE];

const HASH = "burgee:feature_flag:production";
/** An isolate that reaches the same backends without the faults. */
const OFFICE = "office";

/**
 * The two data centres that see the faults. Each case has its own isolates, so that no isolate remembers the previous
 * case.
 */
export interface Places {
  /** Reads heads from Redis. Its isolates are "warm" and "cold". */
  plain: DataCentre;
  /** Keeps heads and responses to GET, and receives purges. Its isolates are "writer" and "late". */
  kept: DataCentre;
  dispose(): Promise<void>;
}

/** Returns the name of one case's isolate. */
export function isolateOf(role: "warm" | "cold" | "writer" | "late", caseNumber: number): string {
  return `${role}-${caseNumber}`;
}

/**
 * Backends with an environment that changes all the time, both through the faults and around them. It records every
 * version of every flag.
 */
export class ChaosWorld {
  readonly truth = new FlagTruth();
  /** The published versions, oldest first. */
  readonly published: Publication[] = [];
  readonly project: TestProject;
  readonly #purges: PurgeEndpoint;
  readonly #office: DataCentre;
  readonly #purgeable: Set<DataCentre>;
  readonly #random: () => number;
  /** The newest version, even if its response was lost. */
  newestVersion = 0;
  #writes = 0;

  private constructor(
    project: TestProject,
    purges: PurgeEndpoint,
    office: DataCentre,
    purgeable: Set<DataCentre>,
    random: () => number,
  ) {
    this.project = project;
    this.#purges = purges;
    this.#office = office;
    this.#purgeable = purgeable;
    this.#random = random;
  }

  static async start(random: () => number): Promise<ChaosWorld> {
    const project = await startTestProject();
    const purgeable = new Set<DataCentre>();
    const purges = await startPurgeEndpoint({
      dataCentres: [async (tags) => void (await Promise.all([...purgeable].map((one) => one.purge(tags))))],
    });
    const { neon, upstash } = project.backends;
    const bindings = {
      ...project.bindings,
      ...purgeBindings(purges),
      NEON_HTTP_URL: await neon.openSideDoor(),
      UPSTASH_REDIS_REST_URL: await upstash.openSideDoor(),
    };
    const office = await startDataCentre({ bindings, isolates: [OFFICE], kept: { cache: "burgee", urls: [] } });
    const world = new ChaosWorld(project, purges, office, purgeable, random);
    for (const key of FLAGS) await world.#put(office, OFFICE, key);
    return world;
  }

  /** Starts the data centres with isolates for the given number of cases. */
  async openPlaces(cases = 1): Promise<Places> {
    const { project } = this;
    const numbers = Array.from({ length: cases }, (_, i) => i);
    // With a TTL of three seconds instead of five minutes, the entries in memory expire when both backends fail.
    const common = { ...project.bindings, CACHE_HOST: SHARED_HOST, CACHE_L1_TTL_SECONDS: "3" };
    const urls = await keptUrls(project.serverKey);
    const [plain, kept] = await Promise.all([
      startDataCentre({
        bindings: common,
        isolates: numbers.flatMap((i) => [isolateOf("warm", i), isolateOf("cold", i)]),
        kept: { cache: "burgee", urls: [] },
      }),
      startDataCentre({
        bindings: { ...common, ...purgeBindings(this.#purges) },
        isolates: numbers.flatMap((i) => [isolateOf("writer", i), isolateOf("late", i)]),
        kept: { cache: "burgee", urls },
      }),
    ]);
    this.#purgeable.add(kept);
    return {
      plain,
      kept,
      dispose: async () => {
        this.#purgeable.delete(kept);
        await Promise.all([plain.dispose(), kept.dispose()]);
      },
    };
  }

  /** Changes a flag without the faults. Returns the version. */
  async writeElsewhere(key = this.#anyElsewhere()): Promise<number> {
    const version = await this.#put(this.#office, OFFICE, key);
    if (version === undefined) throw new Error("a change failed where nothing is wrong");
    return version;
  }

  /** Changes a flag through the faults. Returns `undefined` if the change failed or its response was lost. */
  writeHere(places: Places, caseNumber: number): Promise<number | undefined> {
    return this.#put(places.kept, isolateOf("writer", caseNumber), FLAG_HERE);
  }

  client(dataCentre: DataCentre, isolate: string): Client {
    return new Client(isolate, dataCentre, this.project.serverKey);
  }

  /** Runs the sweep in a data centre that sees the faults. */
  async sweep(places: Places): Promise<void> {
    await places.kept.sweep();
  }

  /** Returns whether Redis holds the whole environment. */
  async isCached(): Promise<boolean> {
    const fields = await this.project.backends.upstash.command<string[]>("HKEYS", HASH);
    return ["@head", "@index", "@keys", ...FLAGS].every((field) => fields.includes(field));
  }

  /** Removes everything from Redis. */
  evict(): Promise<unknown> {
    return this.project.backends.upstash.command("FLUSHDB");
  }

  /** Replaces the documents in Redis by documents with an older schema, as an older worker might have written. */
  async putOldDocuments(): Promise<void> {
    const { upstash } = this.project.backends;
    const fields = await upstash.command<string[]>("HGETALL", HASH);
    for (let i = 0; i < fields.length; i += 2) {
      const [field = "", text = ""] = fields.slice(i, i + 2);
      if (field.startsWith("@")) continue;
      const variants = { on: "of an older schema", off: "of an older schema" };
      const document = { ...(JSON.parse(text) as object), schemaVersion: 0, variants };
      // A document is replaced only if it has not changed since, because a purge in between must not be undone.
      await upstash.command("EVAL", REPLACE, 1, HASH, field, text, JSON.stringify(document));
    }
  }

  async close(): Promise<void> {
    await this.#office.dispose();
    await this.#purges.close();
    await this.project.close();
  }

  async #put(dataCentre: DataCentre, isolate: string, key: string): Promise<number | undefined> {
    const state = this.#nextState(key);
    const response = await dataCentre.fetch(isolate, `/api/v1/environments/production/flags/${key}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${this.project.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(flagBody(key, state)),
    });
    const body = (await response.json()) as { version: number; published: { redis: boolean; edge?: boolean } };
    const version = response.ok ? body.version : await this.#committed(key, state);
    if (version === undefined) return undefined;
    this.truth.record(version, key, state);
    this.newestVersion = Math.max(this.newestVersion, version);
    if (!response.ok) return undefined;
    // The sweep publishes the rest later, but does not say when.
    const isPublished = body.published.redis && body.published.edge !== false;
    if (isPublished) this.published.push({ version, at: performance.now() });
    return version;
  }

  /** Reads the version of a change whose response was lost. Every change writes a value of its own. */
  async #committed(key: string, state: FlagState): Promise<number | undefined> {
    const [found] = await this.project.backends.neon.query<{ version: string; on: string }>(
      `select v.version::text, f.variants->>'on' as on from document_versions v join flags f on f.key = v.key
       where v.environment = 'production' and v.kind = 'flag' and v.key = $1`,
      [key],
    );
    const written = (flagBody(key, state)["variants"] as { on: string }).on;
    return found?.on === written ? Number(found.version) : undefined;
  }

  #anyElsewhere(): string {
    return FLAGS_ELSEWHERE[Math.floor(this.#random() * FLAGS_ELSEWHERE.length)]!;
  }

  #nextState(key: string): FlagState {
    this.#writes += 1;
    const requires = key === "child" ? "a" : undefined;
    return { write: this.#writes, enabled: this.#random() < 0.8, isTargeted: this.#random() < 0.5, requires };
  }
}

const REPLACE = `if redis.call("HGET", KEYS[1], ARGV[1]) == ARGV[2] then redis.call("HSET", KEYS[1], ARGV[1], ARGV[3]) end`;

/** Returns the bindings of a data centre that receives purges. */
function purgeBindings(purges: PurgeEndpoint): Record<string, string> {
  return {
    CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
    CF_PURGE_TOKEN: purges.token,
    CF_API_URL: `${purges.url}/client/v4`,
  };
}
