/** Isolates of the shipped worker in this process, in two data centres, with real backends and the local purge API. */
import { type PurgeEndpoint, startPurgeEndpoint } from "../../dev/endpoints/purge-endpoint.ts";
import { createApp } from "../../src/app.ts";
import { parseSettings } from "../../src/env.ts";
import { changesAfter, type Head } from "../../src/flags/changes.ts";
import type { Services } from "../../src/http/services.ts";
import { mintKey } from "../../src/ops/token.ts";
import { createServices } from "../../src/services.ts";
import { MapEdgeCache } from "../../test/support/edge/edge-cache.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../test/support/project.ts";
import type { Options } from "./options.ts";

export const ENVIRONMENT = "production";

/** A purge reaches each data centre after such a time (ms). None is lost, so that every delay has another cause. */
const DELIVERY = { minMs: 20, maxMs: 150, lossRate: 0 };

/** One commit, as the isolate that made it saw it. */
export interface Commit {
  version: number;
  /** When the store's response arrived (ms since epoch). */
  at: number;
}

export interface Isolate {
  name: string;
  services: Services;
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Moves of the head that dropped everything, because the list of changes did not reach back far enough. */
  restarts: { listTooShort: number; everythingChanged: number };
  /** The warnings that it logged, by event. */
  warnings: Map<string, number>;
}

export interface Fleet {
  project: TestProject;
  purges: PurgeEndpoint;
  /** One admin token for each writer. */
  tokens: string[];
  commits: Commit[];
  start(name: string, place: "ams" | "iad" | "no zone"): Isolate;
  close(): Promise<void>;
}

export async function startFleet({ databaseUrl, redisUrl }: Options): Promise<Fleet> {
  const project = await startTestProject({ databaseUrl, redisUrl }, ENVIRONMENT);
  const centres = { ams: new MapEdgeCache(Date.now), iad: new MapEdgeCache(Date.now) };
  const purges = await startPurgeEndpoint({
    delivery: DELIVERY,
    dataCentres: Object.values(centres).map((cache) => (tags: string[]) => {
      for (const tag of tags) cache.purge(tag);
    }),
  });
  const zone = {
    CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
    CF_PURGE_TOKEN: purges.token,
    CF_API_URL: `${purges.url}/client/v4`,
  };
  const commits: Commit[] = [];
  return {
    project,
    purges,
    tokens: [project.adminToken, await secondToken(project)],
    commits,
    start(name, place) {
      const bindings = { ...project.bindings, ...(place !== "no zone" && zone) };
      const cache = place === "no zone" ? new MapEdgeCache(Date.now) : centres[place];
      return startIsolate(name, bindings, cache, commits);
    },
    async close() {
      await purges.close();
      await project.close();
    },
  };
}

async function secondToken({ backends: { neon } }: TestProject): Promise<string> {
  const { token, id, secretHash } = await mintKey(KEY_SECRET, "admin", "write");
  const columns = "id, environment, kind, role, name, secret_hash";
  await neon.query(`insert into sdk_keys (${columns}) values ($1, null, 'admin', 'write', 'second', $2)`, [
    id,
    secretHash,
  ]);
  return token;
}

function startIsolate(name: string, bindings: Record<string, string>, cache: MapEdgeCache, commits: Commit[]): Isolate {
  const warnings = new Map<string, number>();
  const warn = (event: string) => void warnings.set(event, (warnings.get(event) ?? 0) + 1);
  const services = createServices(parseSettings(bindings), {
    log: { info: () => undefined, warn, error: warn },
    openCache: cache.open,
  });
  const app = createApp(services);
  const context = {
    waitUntil: (promise: Promise<unknown>) => void promise.catch(() => undefined),
    passThroughOnException: () => undefined,
    props: {},
  };
  recordCommits(services, commits);
  return {
    name,
    services,
    warnings,
    restarts: watchRestarts(services),
    fetch: async (path, init) => app.fetch(new Request(`http://edge.test${path}`, init), bindings, context),
  };
}

/** Notes when each write of this isolate begins to publish: its commit has just been confirmed. */
function recordCommits({ publisher }: Services, commits: Commit[]): void {
  const publishAll = publisher.publishAll.bind(publisher);
  publisher.publishAll = (written, waitUntil, patienceMs) => {
    const version = written.get(ENVIRONMENT)?.version;
    // The sweep publishes without patience, and commits nothing.
    if (version !== undefined && patienceMs !== undefined) commits.push({ version, at: Date.now() });
    return publishAll(written, waitUntil, patienceMs);
  };
}

function watchRestarts({ tiers }: Services): Isolate["restarts"] {
  const restarts = { listTooShort: 0, everythingChanged: 0 };
  const held = tiers.l1.environment(ENVIRONMENT);
  const advance = held.advance.bind(held);
  held.advance = (head: Head) => {
    const known = held.version;
    if (known > 0 && head.version > known) {
      const news = changesAfter(head.changes, known, head.version);
      if (news === undefined) restarts.listTooShort += 1;
      else if (news.some(([, fields]) => fields === "*")) restarts.everythingChanged += 1;
    }
    return advance(head);
  };
  return restarts;
}
