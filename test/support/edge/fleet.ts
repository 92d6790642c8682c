import { type PurgeDelivery, type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { entryPath } from "../../../src/delivery/entries/entry-cache.ts";
import { endpointName } from "../../../src/http/evaluation/endpoint-cache.ts";
import { hashSecret } from "../../../src/ops/token.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type DataCentre, startDataCentre } from "./data-centre.ts";
import { flagBody, type FlagState, FlagTruth } from "./flag-truth.ts";
import { aFlag, KEY_SECRET, startTestProject, type TestFlag, type TestProject } from "../project.ts";
import { Client, type Publication } from "./propagation.ts";

const PLACES = ["ams", "iad", "sin"];
const BUSY_ISOLATES = ["one", "two"];
const SELDOM_ASKED = "three";
const OFFICE = "office";
/** The isolates have hosts of their own, and their entries have this one. */
export const SHARED_HOST = "edge.test";
/** The flag that clients request with GET, so that the data centres keep responses for it. */
export const KEPT_FLAG = "a";
/** "child" is off unless "a" is on. */
export const FLAGS = [KEPT_FLAG, "b", "c", "child"];

/**
 * Three data centres with the same backends, and an office that only writes. Each data centre has two busy isolates and
 * one that gets few requests. The fleet records every version of the flags.
 */
export class Fleet {
  readonly truth = new FlagTruth();
  /** The published versions, oldest first. */
  readonly published: Publication[] = [];
  /** One client for each busy isolate. */
  readonly clients: Client[] = [];
  /** One client for each isolate with few requests, which therefore uses responses that its data centre has kept. */
  readonly seldom: Client[] = [];
  readonly project: TestProject;
  readonly purges: PurgeEndpoint | undefined;
  /** The number of times that purges deleted each URL. */
  readonly deleted: ReadonlyMap<string, number>;
  readonly #dataCentres: DataCentre[] = [];
  readonly #random: () => number;
  #office: DataCentre | undefined;
  #writes = 0;

  private constructor(
    project: TestProject,
    purges: PurgeEndpoint | undefined,
    deleted: ReadonlyMap<string, number>,
    random: () => number,
  ) {
    this.project = project;
    this.purges = purges;
    this.deleted = deleted;
    this.#random = random;
  }

  /**
   * Starts the fleet. With `delivery`, the data centres keep heads, and purges reach them in the given way. Without it,
   * isolates read heads from Redis.
   */
  static async start(random: () => number, delivery?: PurgeDelivery): Promise<Fleet> {
    const project = await startTestProject();
    const dataCentres: DataCentre[] = [];
    const purges =
      delivery &&
      (await startPurgeEndpoint({
        delivery,
        dataCentres: PLACES.map((_, i) => async (tags) => {
          for (const url of (await dataCentres[i]?.purge(tags)) ?? []) deleted.set(url, (deleted.get(url) ?? 0) + 1);
        }),
      }));
    const urls = await keptUrls(project.serverKey);
    const deleted = new Map(urls.map((url) => [url, 0]));
    const fleet = new Fleet(project, purges, deleted, random);
    const bindings = {
      ...project.bindings,
      CACHE_HOST: SHARED_HOST,
      ...(purges && {
        CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
        CF_PURGE_TOKEN: purges.token,
        CF_API_URL: `${purges.url}/client/v4`,
      }),
    };
    const kept = { cache: "burgee", urls };
    for (const place of PLACES) {
      const busy = BUSY_ISOLATES.map((name) => `${place}-${name}`);
      const other = `${place}-${SELDOM_ASKED}`;
      const dataCentre = await startDataCentre({ bindings, isolates: [...busy, other], kept });
      dataCentres.push(dataCentre);
      for (const isolate of busy) fleet.clients.push(new Client(isolate, dataCentre, project.serverKey));
      fleet.seldom.push(new Client(other, dataCentre, project.serverKey));
    }
    fleet.#office = await startDataCentre({ bindings, isolates: [OFFICE], kept: { ...kept, urls: [] } });
    fleet.#dataCentres.push(...dataCentres, fleet.#office);
    for (const key of FLAGS) await fleet.writeAtOffice(key);
    return fleet;
  }

  /** Returns a new client of one of the isolates. */
  anyClient(): Client {
    const { isolate, dataCentre } = this.#any();
    return new Client(isolate, dataCentre, this.project.serverKey);
  }

  /** Changes a flag through the management API of a busy isolate. Returns the version. */
  write(key: string): Promise<number> {
    return this.#write(key, this.#any());
  }

  /** Like `write`, but through the office: the clients' isolates learn of it only from a purge or a head check. */
  writeAtOffice(key: string): Promise<number> {
    if (!this.#office) throw new Error("the fleet is not started");
    return this.#write(key, { isolate: OFFICE, dataCentre: this.#office });
  }

  async #write(key: string, { isolate, dataCentre }: Pick<Client, "isolate" | "dataCentre">): Promise<number> {
    const state = this.#nextState(key);
    const response = await dataCentre.fetch(isolate, `/api/v1/environments/production/flags/${key}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${this.project.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(flagBody(key, state)),
    });
    const body = (await response.json()) as { version: number; published: { redis: boolean; edge?: boolean } };
    if (!response.ok) throw new Error(`a write got status ${response.status}: ${JSON.stringify(body)}`);
    this.truth.record(body.version, key, state);
    // The sweep publishes the rest later, but does not say when.
    const isPublished = body.published.redis && body.published.edge !== false;
    if (isPublished) this.published.push({ version: body.version, at: performance.now() });
    return body.version;
  }

  /** Commits a change whose worker dies before the purge. Returns the version. */
  async writeAndDie(key: string): Promise<number> {
    const state = this.#nextState(key);
    const flag = aFlag(flagBody(key, state) as TestFlag);
    const { version } = await saveFlag(this.project.db, "production", flag, { actor: "test" });
    this.truth.record(version, key, state);
    return version;
  }

  async sweep(): Promise<void> {
    await this.#office?.sweep();
  }

  async close(): Promise<void> {
    for (const dataCentre of this.#dataCentres) await dataCentre.dispose();
    await this.purges?.close();
    await this.project.close();
  }

  #any(): Client {
    return this.clients[Math.floor(this.#random() * this.clients.length)]!;
  }

  #nextState(key: string): FlagState {
    this.#writes += 1;
    const random = this.#random;
    const requires = key === "child" ? "a" : undefined;
    return { write: this.#writes, enabled: random() < 0.8, isTargeted: random() < 0.5, requires };
  }
}

/** Returns the URLs that the data centres may keep: the head, and the responses to the GET requests of `Client`. */
export async function keptUrls(serverKey: string): Promise<string[]> {
  const [, environment = "", keyId = "", secret = ""] = serverKey.split("_");
  const keyHash = await hashSecret(secret);
  const responses = ["free", "pro"].map((plan) =>
    endpointName({
      environment,
      keyId,
      keyKind: "server",
      keyHash,
      origin: null,
      flagKey: KEPT_FLAG,
      context: { targetingKey: "user-1", plan },
      members: "",
    }),
  );
  const names = [["head", environment] as const, ...(await Promise.all(responses))];
  const paths = names.map((name) => entryPath({ prefix: "burgee", secret: KEY_SECRET }, name));
  return (await Promise.all(paths)).map((path) => `https://${SHARED_HOST}${path}`);
}
